// Package castest is a Community Attribute Service inside the process of a test: real HTTP on the loopback interface, real elevation
// data, and faults at will. It needs no Python, no network and no set-up.
//
//	server := castest.NewServer()
//	defer server.Close()
//	client := server.Client()
//
// # What it answers
//
// It behaves as the service 0.4.0: the same operations, statuses, error bodies, headers, limits, warnings and order of checks, the
// same JSON byte for byte but for request ids and elapsed times. Its tests hold it against exchanges recorded from the real service
// over the same elevation model, and against the contract, api/openapi.yaml.
//
// Its numbers are real. The provider local_dem answers from an elevation model of 403 by 344 pixels of the Jacksboro fault in
// Tennessee (36.16 to 36.45 N, 84.41 to 84.08 W; USGS, from SRTM, in the public domain), by the rules of the service: the pixels
// that a polygon touches, or the one under a point.
//
//	local_dem:elevation        mean elevation in metres; 1076 at the summit, [-84.2308, 36.1983]
//	local_dem:slope_class      shares of the slope classes 0 to 5 (bounds 2, 5, 10, 20, 30 degrees)
//	local_dem:elevation_daily  the same elevation, with the start of the time range as timestamp
//	copernicus_dem:elevation   the same elevation, in place of that provider's; the provenance says so
//
// Elsewhere a place has no coverage: a null value of quality missing, and a warning.
//
// The catalog has some more of the service's datasets, those which the guide to its Python SDK names (isric_soilgrids:clay_0-5cm,
// modis_lc:land_cover, esa_worldcover:land_cover), with their metadata but without data: asked for, they are absent from the results
// with a warning, as a dataset is whose provider is down. Numbers for them, or for any id, are a test's own to give:
//
//	castest.NewServer(castest.WithDatasets(castest.Constant("isric_soilgrids:clay_0-5cm", cas.NumberValue(210))))
//
// # What goes wrong
//
// [Server.FailNext] and [Server.FailWith] let requests fail: see [Fault]. After every 500, its own or a fault's, the server closes
// the connection without saying so in a header, as the real one does. [Server.Requests] tells what arrived.
//
// # What it lacks
//
// The pages /docs, /redoc and /openapi.json (404, where the service redirects to them it does too), Python's own metrics in
// /metrics, and uvicorn's plain-text 400 for what is not HTTP: net/http answers that. Three details differ: the classes of a
// distribution are sorted by name, blanks around a key are no part of it, and a value that is not a number does not keep the others
// from being compared with their mean.
package castest
