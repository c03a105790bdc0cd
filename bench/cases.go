package main

import "slices"

// The clients.
const (
	python = "python"
	naiveC = "naive"
	ours   = "cas-go"
	raw    = "raw"
)

// benchCase is one kind of work.
type benchCase struct {
	name    string
	about   string
	clients []string
	calls   int // 0 repeats for as long as told
	isTable bool
	isReal  bool
	isFiles bool
	targets []target
}

// target is a ratio that is wanted: a measure of one client over that of another, or else the measure itself.
type target struct {
	measure measure
	of      string
	to      string
	most    bool // the limit is an upper one
	limit   float64
}

// allFour are the clients of most cases, in the order in which they take turns.
var allFour = []string{python, naiveC, ours, raw}

var cases = []benchCase{
	{
		name: "sequential", about: "One extract of ten datasets for a polygon of ten vertices, call after call.", clients: allFour,
		targets: []target{{wall, ours, raw, true, 1.33}},
	},
	{
		name: "concurrent", about: "The same, 64 callers at a time.", clients: allFour,
		targets: []target{{rate, ours, raw, false, 0.65}, {rate, ours, naiveC, false, 2.5}},
	},
	{
		name: "batch", about: "One batch of 1000 polygons and ten datasets (10,000 results), answered whole.", clients: allFour,
		targets: []target{{cpu, ours, python, true, 1.0 / 7}, {cpu, ours, naiveC, true, 1.0 / 4}, {allocations, ours, "", true, 1.5}},
	},
	{
		name: "stream", about: "The same batch, by StreamBatch; the others as before.", clients: allFour,
		targets: []target{{cpu, ours, python, true, 1.0 / 9}, {cpu, ours, naiveC, true, 1 / 4.5}},
	},
	{
		name: "batches", about: "100 batches, one after the other (1,000,000 results).", clients: allFour, calls: 100,
		targets: []target{{cpu, ours, python, true, 1.0 / 7}, {cpu, ours, naiveC, true, 1.0 / 4}},
	},
	{
		name: "polygon-text", about: "One extract for a polygon of 10,000 vertices given as GeoJSON text, its check included.", clients: []string{ours, raw},
		targets: []target{{wall, ours, raw, true, 2}},
	},
	{
		name: "polygon-floats", about: "The same polygon given as numbers.", clients: []string{python, naiveC, ours, raw},
		targets: []target{{wall, ours, naiveC, true, 0.5}},
	},
	{
		name: "service", isReal: true, clients: []string{sdkShipped, embedded, oursShipped, oursTuned, oursLocal},
		about: "The real service, nothing cached and nothing upstream; a call is a result of a table of 10 features and ten datasets, or of 3,000 features " +
			"where the service is tuned. --local has a process for each core, and its start is counted.",
		targets: []target{
			{rate, oursTuned, oursShipped, false, 45},
			{rate, oursLocal, embedded, false, 50},
		},
	},
	{
		name: "service-cached", isReal: true, clients: []string{sdkShipped, embedded, oursShipped, oursTuned, oursLocal},
		about: "The same features asked for again, so that the service answers from its cache; 50 features, or 1,000 where it is tuned. The service of --local has " +
			"started before.",
	},
	{name: "catalog", about: "All 430 datasets in one page.", clients: allFour},
	{
		name: "bulk", isTable: true, clients: []string{python, naiveC, ours, alone, raw},
		about: "A table of 100,000 features and ten datasets, GeoJSON in, CSV out, journal and all, by the built `cas`. Python and naive Go read, ask and " +
			"write without a check, a journal or a description.",
		targets: []target{
			{perResult, ours, alone, true, 2},
			{peak, ours, "", true, 64},
		},
	},
	{
		name: "sizes", isTable: true, clients: []string{"1,000", "10,000", "100,000", "1,000,000"},
		about: "Tables of so many features and ten datasets by the built `cas`.",
		targets: []target{
			{perResult, "1,000,000", "100,000", true, 1.1},
			{perResult, "100,000", "10,000", true, 1.1},
			{wallPerResult, "1,000,000", "100,000", true, 1.1},
			{growth, "1,000,000", "100,000", true, 64},
		},
	},
	{
		name: "files", isFiles: true, clients: fileClients(), targets: fileTargets(),
		about: "A shapefile and a GeoPackage of 1,000,000 polygons with three properties, written by GeoPandas: reading alone, with all properties; and " +
			"the built `cas extract` with one dataset, journal and all, beside the same of 100,000. A result is a feature.",
	},
	{
		name: "cold", about: "From the start of the program (here the built `cas`) to its first result.", clients: []string{python, ours},
		targets: []target{{wall, ours, python, true, 1.0 / 25}},
	},
}

func caseNames() (names []string) {
	for _, c := range cases {
		names = append(names, c.name)
	}
	return names
}

// chosen are the cases to run.
func chosen(only []string) (list []benchCase) {
	for _, c := range cases {
		if len(only) == 0 || slices.Contains(only, c.name) {
			list = append(list, c)
		}
	}
	return list
}
