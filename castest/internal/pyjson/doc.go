// Package pyjson reads JSON as Python's json.loads does (3.11) and writes it as
// json.dumps does, down to the texts and positions of syntax errors: the
// service answers a body that it cannot read with them, and echoes what it does
// not like about one that it can.
//
// A [Doc] is read in one pass into a flat list of values, so that skipping one,
// however large, takes no time, and coordinates cost no allocation each.
package pyjson
