// Package pace decides how large requests are, how many are in flight, and when none is sent. It is arithmetic: it does no I/O and knows no clock.
//
// A [Sizer] chooses the features and bytes of a request, a [Limiter] the number of requests in flight, and an
// [Outage] tells a service that is away from requests that are too much for it.
package pace
