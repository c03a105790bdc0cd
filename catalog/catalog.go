package catalog

import (
	"slices"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// Datasets gives all datasets, sorted by id; runs of digits after the colon by their number, so that depths are in sequence.
// The slice and all in it are the caller's to keep and change.
func Datasets() []cas.Dataset {
	all := slices.Clone(metadata().datasets)
	for i := range all {
		all[i] = detached(all[i])
	}
	return all
}

// Providers gives all providers, sorted by slug. The slice is the caller's.
func Providers() []cas.ProviderSummary { return slices.Clone(metadata().providers) }

// Lookup gives the dataset of an id, such as copernicus_dem:elevation, in exactly this spelling; see [Suggest] for others.
// The dataset is the caller's.
func Lookup(id string) (cas.Dataset, bool) {
	m := metadata()
	i, ok := m.byID[id]
	if !ok {
		return cas.Dataset{}, false
	}
	return detached(m.datasets[i]), true
}

// Taken tells the day, in UTC, on which the catalog was first seen as it is here, and the version of the service that it is of, such
// as 0.4.0.
func Taken() (date time.Time, version string) {
	date, err := time.Parse(time.DateOnly, takenOn)
	if err != nil { // both are generated, and a test reads them
		panic(err)
	}
	return date, serviceVersion
}

// detached is a copy of a dataset that shares nothing with it.
func detached(d cas.Dataset) cas.Dataset {
	d.Variables = slices.Clone(d.Variables)
	for i := range d.Variables {
		v := &d.Variables[i]
		v.NodataValue, v.ValidRange = copied(v.NodataValue), copied(v.ValidRange)
	}
	d.Temporal.Start, d.Temporal.End = copied(d.Temporal.Start), copied(d.Temporal.End)
	return d
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
