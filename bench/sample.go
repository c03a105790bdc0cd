package main

import "github.com/community-attribute-service/cas-go/bench/service"

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

// measure is a number that a sample gives, and how two of them are compared: as a ratio unless against says otherwise.
type measure struct {
	name    string
	of      func(sample) float64
	against func(of, to sample) float64
}

// compare holds two samples of one round against each other.
func (m measure) compare(of, to sample) float64 {
	if m.against != nil {
		return m.against(of, to)
	}
	return m.of(of) / m.of(to)
}

var (
	wall          = measure{name: "wall per call", of: func(s sample) float64 { return s.Wall / float64(s.Calls) }}
	rate          = measure{name: "calls a second", of: func(s sample) float64 { return float64(s.Calls) / s.Wall }}
	cpu           = measure{name: "CPU per call", of: func(s sample) float64 { return s.CPU / float64(s.Calls) }}
	perResult     = measure{name: "CPU per result", of: func(s sample) float64 { return s.CPU / float64(max(s.Results, 1)) }}
	wallPerResult = measure{name: "wall per result", of: func(s sample) float64 { return s.Wall / float64(max(s.Results, 1)) }}
	allocations   = measure{name: "allocations per result", of: func(s sample) float64 { return float64(s.Mallocs) / float64(max(s.Results, 1)) }}
	peak          = measure{name: "peak MB", of: func(s sample) float64 { return float64(s.RSS) / 1e6 }}

	growth      = growthPerFeature(len(service.DatasetIDs))
	growthOfOne = growthPerFeature(1)
)

// growthPerFeature is how much the peak grows with each feature more, of so many results.
func growthPerFeature(results int) measure {
	return measure{name: "peak bytes per feature more", against: func(of, to sample) float64 {
		return float64(of.RSS-to.RSS) * float64(results) / float64(of.Results-to.Results)
	}}
}
