// Package castest is a Community Attribute Service inside the process of a test. It has real HTTP on the loopback interface, real
// elevation data, and faults on demand. It needs no Python, no network and no set-up.
//
//	server := castest.NewServer()
//	defer server.Close()
//	client := server.Client()
//
// # What it answers
//
// It behaves as service 0.4.0: it has the same operations, statuses, error bodies, headers, limits, warnings and order of checks. The
// JSON is the same byte for byte, except request ids and elapsed times. Its tests compare it with exchanges recorded from the real
// service over the same elevation model, and with the contract, api/openapi.yaml.
//
// Its numbers are real. The provider local_dem answers from an elevation model of 403 by 344 pixels of the Jacksboro fault in Tennessee
// (36.16 to 36.45 N, 84.41 to 84.08 W; USGS, from SRTM, in the public domain), by the rules of the service: it uses the pixels that a
// polygon touches, or the one under a point.
//
//	local_dem:elevation        mean elevation in metres; 1076 at the summit, [-84.2308, 36.1983]
//	local_dem:slope_class      shares of the slope classes 0 to 5 (bounds 2, 5, 10, 20, 30 degrees)
//	local_dem:elevation_daily  the same elevation, with the start of the time range as timestamp
//	copernicus_dem:elevation   the same elevation, in place of that provider's; the provenance says so
//
// Outside this area there is no coverage: the value is null, the quality is missing, and there is a warning.
//
// The catalog also has the datasets that the guide to the Python SDK names (isric_soilgrids:clay_0-5cm, modis_lc:land_cover,
// esa_worldcover:land_cover). They have metadata but no data. If you ask for them, they are missing from the results, with a warning,
// as if their provider were down. A test can give numbers for them, or for any id:
//
//	castest.NewServer(castest.WithDatasets(castest.Constant("isric_soilgrids:clay_0-5cm", cas.NumberValue(210))))
//
// # What goes wrong
//
// [Server.FailNext] and [Server.FailWith] make requests fail: see [Fault]. After every 500, its own or a fault's, the server closes the
// connection without a header that says so, as the real service does. [Server.Requests] returns the requests that arrived.
//
// # What it lacks
//
// It lacks the pages /docs, /redoc and /openapi.json (they are a 404), Python's own metrics in /metrics, and uvicorn's plain-text 400
// for what is not HTTP (net/http answers instead). Three details differ: the classes of a distribution are sorted by name, blanks
// around a key are ignored, and a value that is not a number does not keep the others from being compared with their mean.
package castest
