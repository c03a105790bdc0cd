// Package preflight checks features offline, before they are sent to the service.
//
// [Check] checks one feature in one pass over its text. It repairs nothing: either a feature is sent as it was written, or it is refused
// with an [*Error] that has the reason. [Inspect] also returns what the pass found.
package preflight
