// Package pace decides how large requests are, how many are in flight, and when none is sent. It does no I/O and reads no clock: the caller
// passes the time.
//
// A [Sizer] chooses the features and bytes of a request, and a [Limiter] the number of requests in flight. An [Outage] tells a service
// that is away from requests that are too much for it. A run has one of each, for as long as it lasts, and calls them under its lock: they
// are not for concurrent use.
package pace
