// Package bulk asks the service for the attributes of many features.
//
// [Extract] takes a sequence of features and yields one [Outcome] for each, in input order. [Record] stores the outcomes in a journal
// instead and returns a [Recording], for a table that is written at the end; [Recorded] reads the Recording of an earlier run.
// [Options] say what to request, and [Progress] says how far a run has come. Everything ends with the call, except a Recording, which is
// valid until its journal is closed.
//
// The package chooses the size and number of its requests. It splits a request that the service cannot handle in half until the
// offending feature is isolated, and waits for a service that is away.
//
// The files follow a feature through a run: extract.go starts the run and yields its outcomes, read.go reads features into the window
// that bounds the memory (queue.go), ask.go sends requests, settle.go gives features their outcomes, and diagnose.go and outage.go deal
// with failures.
package bulk
