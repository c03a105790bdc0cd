// Package journal stores the outcome of every feature of a run in an append-only file. A run that was stopped resumes from it, and a
// table can be written from it in any order.
//
// These are its types, in the order in which a run uses them:
//
//   - A [Fingerprint] holds the parameters that the answers depend on.
//   - A [Journal] is the open file. [Open] resumes a journal or begins one, [Create] begins it anew, and [Read] opens it for reading
//     only. [Inspect] returns the [State] of a journal without locking it.
//   - A [Writer] makes the records of one answer, and [Journal.Append] writes them. Each record gets a [Number].
//   - [Journal.Find] returns the number of a feature's newest record. A feature is known by its id and its [GeometryHash].
//   - A [Reader] reads records as an [Entry] each. An [Order] is a compact list of the records to read.
//   - A [Session] describes a run that wrote records.
//
// The file is open, and locked, from Open to Close. A Writer is used again after [Writer.Reset]. The Entry of a Reader is valid until
// its next call; the Entry of a Journal belongs to the caller. Nothing in the file changes but its end: a newer record of a feature
// replaces the older one. The page docs/journal-format.md describes the file.
package journal
