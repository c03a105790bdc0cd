// Package bulk asks the service for the attributes of many features.
//
// [Extract] takes a sequence of features and yields one [Outcome] for each, in input order. [Record] stores the outcomes in a journal
// instead, for a table that is written at the end. The package chooses the size and number of its requests. It splits a request that
// the service cannot handle in half until the offending feature is isolated.
package bulk
