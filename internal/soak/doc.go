// Command soak asks a service that fails on purpose, for minutes and by many workers, and holds every outcome against what was done
// to its requests: a call has to end in the right answer or in the right typed error, and leave nothing behind.
//
//	go run ./internal/soak -for 2m -workers 32
//
// It prints how often each fault befell a request and how the calls ended, and exits 1 if anything was wrong, lost or leaked.
package main
