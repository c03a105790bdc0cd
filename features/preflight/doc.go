// Package preflight judges features offline, before they are asked for.
//
// [Check] judges one feature in one pass over its text. Nothing is repaired: a feature is sent as it was written, or refused
// with an [*Error] that has the reason. [Inspect] also returns what the pass saw.
package preflight
