package main

// sample is what one process measured of itself.
type sample struct {
	Calls    int     `json:"calls"`
	Results  int     `json:"results"`
	Checksum float64 `json:"checksum"` // of all values, to show that everybody read the same
	Wall     float64 `json:"wall"`     // seconds
	CPU      float64 `json:"cpu"`      // seconds of this process, user and system
	Mallocs  uint64  `json:"mallocs"`  // 0 where nobody counts
	RSS      int64   `json:"rss"`      // bytes at the peak
}

// measure is a number that a sample gives.
type measure struct {
	name string
	of   func(sample) float64
}

var (
	wall        = measure{"wall per call", func(s sample) float64 { return s.Wall / float64(s.Calls) }}
	rate        = measure{"calls a second", func(s sample) float64 { return float64(s.Calls) / s.Wall }}
	cpu         = measure{"CPU per call", func(s sample) float64 { return s.CPU / float64(s.Calls) }}
	allocations = measure{"allocations per result", func(s sample) float64 { return float64(s.Mallocs) / float64(max(s.Results, 1)) }}
)
