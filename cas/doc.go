// Package cas is the Go client of CAS, the Community Attribute Service, which answers one question: what are the elevation, soil,
// land cover and climate of this point or polygon?
//
//	client, err := cas.NewClient("https://cas.example.com", cas.WithAPIKey(key))
//	if err != nil { … }
//	defer client.Close()
//	answer, err := client.Extract(ctx, cas.ExtractRequest{
//		Geometry:   cas.Point(-96.5, 39.0),
//		DatasetIDs: []string{"copernicus_dem:elevation", "isric_soilgrids:clay_0-5cm"},
//	})
//
// Values come with units, quality and provenance. An answer may lack datasets that you asked for; [Missing] lists them with the reason.
// For more geometries than one request takes, use package bulk. To start a service on this machine, use package local. To test your own
// program, use package castest.
//
// # The rules of a call
//
// Programs may rely on this table. If it changes, the major version changes.
//
//	what               rule                                                                     set by
//	-----------------  -----------------------------------------------------------------------  ---------------------
//	retried            408, 425, 429, 500, 502, 503, 504; connections that fail or break        WithRetry
//	also retried       catalog and health calls that time out; extractions only if you ask      RetryPolicy.Timeouts
//	never retried      other 4xx, 3xx, malformed or too large answers, an ended context
//	                   connections that cannot work: certificate, scheme, unknown host, proxy
//	attempts           4                                                                        RetryPolicy.MaxAttempts
//	wait               random, from 0 to a limit that doubles from 0.5 s to 8 s                 Min-, MaxBackoff
//	Retry-After        the client waits this long and 1 s more; over 60 s, the call ends        MaxRetryAfter
//	deadline           a call whose wait would exceed it ends at once, with the last failure    ctx
//	429                all calls of the client but Health wait as Retry-After says. A call      (always)
//	                   whose context would end earlier fails at once, as ErrRateLimited
//	pace               none, or n requests a minute, evenly spaced; Health does not count       WithRequestsPerMinute
//	time of a try      120 s, without waits and, in StreamBatch, without the consumer's time    WithTimeout, WithCallTimeout
//	time of a call     as long as the context allows                                            ctx
//	size of an answer  256 MiB decoded. An error with a body over 4 MiB has no Detail           WithMaxResponseBytes
//	redirects          never followed, because the key would go with them                       (always)
//	key                sent only to the base URL's host; in no log, error or printed value      WithAPIKey, WithHeader
//
// # Errors
//
// A call returns a value or an error. If nothing was sent, the error is [ErrInvalidRequest] or [ErrClosed]. Otherwise it is an *[Error]
// with status, type, message, request id and the number of attempts, whatever the body of the answer was. A 2xx answer that cannot be
// used (HTML from a proxy, a required member missing) is also an *[Error], never a zero value. errors.Is tells the kind:
// [ErrValidation], [ErrRequestLimit], [ErrUnauthorized], [ErrNotFound], [ErrRateLimited], [ErrInternal], [ErrUpstream], [ErrRedirect],
// [ErrMalformedResponse], [ErrResponseTooLarge], and the errors of contexts and connections.
//
// # Models
//
// The models are generated from the contract, api/openapi.yaml; `go doc cas.Dataset` lists the fields of a model. A field that can be
// null is a pointer. Integers are int64 and numbers are float64; they keep every bit that was sent.
//
// # Gateways, tracing, tests
//
// [WithHeader] sends a header with every request of a client or of one call. [WithCallTimeout] and [WithCallRetry] set limits for one
// call. If you wrap the transport and pass it to [WithHTTPClient], start from [NewTransport]. To test your program without a service,
// declare an interface with the methods that you call; a [Client] and a mock both satisfy it. See the example of Client.
package cas
