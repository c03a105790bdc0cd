// Package tabulate makes a table of attributes from a file of features. It reads the features, asks a service for what is missing,
// keeps a journal beside the table, and writes the table from the journal when every feature has an outcome.
//
//	input.go     what -g names: a file, text, or a stream that can be read once
//	source.go    the features of an input, as often as they are needed
//	spool.go     what is kept of a stream, so that it need not be read again
//	validity.go  polygons that cross themselves
//	catalog.go   what the service's catalog says about the datasets asked for
//	periods.go   periods, and which datasets they are asked for
//	job.go       the run
//	journal.go   which journal a run may go on with, and which it may replace
//	estimate.go  what a run would ask for
//	contents.go  what a file of features holds, for a person or program that looks at it
package tabulate
