// Package pace decides how large requests are and how many are in flight. It is arithmetic: it does no I/O and knows no clock.
//
// A [Sizer] chooses the features and bytes of a request, a [Limiter] the number of requests in flight.
package pace
