// Package journal keeps what became of every feature of a run in an append-only file, so that a run that was stopped goes on
// where it was and a table can be written from it in any order.
//
// [Open] goes on with a journal, [Create] begins one anew, [Inspect] looks at one without locking it. A [Writer] makes the
// records of one answer, [Journal.Append] writes them; [Journal.Lookup] and a [Reader] read them again. The [Fingerprint] says
// which parameters the answers belong to.
package journal
