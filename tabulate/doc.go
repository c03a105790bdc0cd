// Package tabulate makes a table of attributes from a file of features. It reads the features, requests from a service what is missing,
// keeps a journal beside the table, and writes the table from the journal when every feature has an outcome.
//
//	job.go       the run
//	outputs.go   the files of a run: which journal it may resume, which files it may replace
//	catalog.go   what the service's catalog says about the datasets
//	periods.go   periods, and the datasets that are requested once
//	source.go    the features of an input, as often as they are needed
//	spool.go     what is stored of a stream, which cannot be read again
//	input.go     a file or a stream
//	estimate.go  what a run would request
//	convert.go   another table from the answers of an earlier run
//	contents.go  what a file of features holds
//	validate.go  every problem of an input
//	validity.go  polygons that cross themselves; outline.go passes most polygons without the library
//	heap.go      the collection of garbage during a run
package tabulate
