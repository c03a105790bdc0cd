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
// Values come with units, quality and provenance. An answer may lack datasets that were asked for: [Missing] tells which, and why.
// Any number of geometries is the business of package bulk; a service on this machine of package local; tests of your own program of
// package castest.
//
// # The rules of a call
//
// This table is a contract with users; a change of it is a change of the major version.
//
//	what               rule                                                                     set by
//	-----------------  -----------------------------------------------------------------------  ---------------------
//	repeated           408, 425, 429, 500, 502, 503, 504; connections that fail or break off    WithRetry
//	also repeated      attempts that timed out: catalog and health; extractions only if asked   RetryPolicy.Timeouts
//	never repeated     other 4xx, 3xx, malformed or too large answers, an ended context
//	attempts           4                                                                        RetryPolicy.MaxAttempts
//	not repeated       connections that cannot work: certificate, scheme, no such host, proxy
//	wait               random, 0 to a bound that doubles from 0.5 s to 8 s                      Min-, MaxBackoff
//	Retry-After        waited for, and 1 s more; over 60 s ends the call                        MaxRetryAfter
//	deadline           a wait beyond it is not begun: the call ends with what failed            ctx
//	429                pauses all calls of the client for as long; one whose context ends       (always)
//	                   before that fails at once, as ErrRateLimited; Health does not wait
//	pace               none; n a minute, evenly spaced over all calls but Health                WithRequestsPerMinute
//	time of a try      120 s, without the waits; of StreamBatch, without the consumer's time    WithTimeout, WithCallTimeout
//	time of a call     the context's                                                            ctx
//	size of an answer  256 MiB decoded; of an error's body 4 MiB, beyond that without Detail    WithMaxResponseBytes
//	redirects          none is followed: the key would go along                                 (always)
//	key                sent to the base URL's host only; in no log, error or printed value      WithAPIKey, WithHeader
//
// # Errors
//
// A call ends in a value, in an error that is [ErrInvalidRequest] or [ErrClosed] (nothing was sent), or in an *[Error] with status,
// type, message, request id and the number of attempts, whatever the body was. A success that cannot be used (HTML from a proxy, a
// required member missing) is such an error too, never a zero value. errors.Is knows the kinds: [ErrValidation], [ErrRequestLimit],
// [ErrUnauthorized], [ErrNotFound], [ErrRateLimited], [ErrInternal], [ErrUpstream], [ErrRedirect], [ErrMalformedResponse],
// [ErrResponseTooLarge], and the errors of contexts and connections.
//
// # Models
//
// The models are generated from the contract, api/openapi.yaml; `go doc cas.Dataset` lists the fields of one. A pointer marks what may be
// null; integers are int64, numbers float64, bit for bit as sent.
//
// # Gateways, tracing, tests
//
// [WithHeader] sends a header with every request of a client or of one call; [WithCallTimeout] and [WithCallRetry] set limits of one call;
// [NewTransport] is the tuned transport, for [WithHTTPClient], to those who wrap it. A program that is to be tested without a service
// names the methods that it calls in an interface of its own, which a [Client] satisfies and a mock too; see the example of Client.
package cas
