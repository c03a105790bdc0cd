// Package snapshot is the form in which package catalog keeps the service's catalog: what it holds, how it is taken from a running
// service, and the text that is stored.
package snapshot

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/community-attribute-service/cas-go/cas"
)

// Snapshot is the whole catalog of one version of the service on one day.
type Snapshot struct {
	// Taken is the UTC day on which this content was first seen, as YYYY-MM-DD.
	Taken string `json:"taken"`
	// ServiceVersion is the version of the Python package community-attribute-service, such as 0.4.0. It is not that of the
	// service's /openapi.json, which has not changed with the releases.
	ServiceVersion string `json:"service_version"`
	// Providers are sorted by slug.
	Providers []cas.ProviderSummary `json:"providers"`
	// Datasets are sorted by id, numbers in it by size: 5-15cm comes before 100-200cm.
	Datasets []cas.Dataset `json:"datasets"`
}

// Parse reads the text that Format writes.
func Parse(text []byte) (*Snapshot, error) {
	s := new(Snapshot)
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("catalog snapshot: %w", err)
	}
	return s, nil
}

// SameCatalog reports whether two snapshots differ in nothing but the day.
func (s *Snapshot) SameCatalog(other *Snapshot) bool {
	a, b := *s, *other
	a.Taken, b.Taken = "", ""
	return string(a.Format()) == string(b.Format())
}

// check finds what would make a snapshot useless: an empty or repeated id, a dataset whose id does not begin with the slug of its
// provider, a provider that is not listed or has no dataset.
func (s *Snapshot) check() error {
	datasets := make(map[string]int, len(s.Providers)) // by slug
	for _, p := range s.Providers {
		if _, repeated := datasets[p.Slug]; repeated || p.Slug == "" {
			return fmt.Errorf("provider slug %q is empty or listed twice", p.Slug)
		}
		datasets[p.Slug] = 0
	}
	seen := make(map[string]bool, len(s.Datasets))
	for _, d := range s.Datasets {
		slug, name, _ := strings.Cut(d.ID, ":")
		if _, listed := datasets[slug]; !listed || slug != d.Provider || name == "" || seen[d.ID] {
			return fmt.Errorf("dataset id %q of provider %q is not unique, not provider:dataset, or of a provider that is not listed", d.ID, d.Provider)
		}
		seen[d.ID] = true
		datasets[slug]++
	}
	for _, p := range s.Providers {
		if datasets[p.Slug] == 0 { // how the service answers when it cannot read a provider's catalog
			return fmt.Errorf("provider %q lists no dataset; the service's log says why", p.Slug)
		}
	}
	return nil
}
