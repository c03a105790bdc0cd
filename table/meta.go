package table

import (
	"cmp"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

// About is what the description says about a run besides the answers. Empty members are left out of the file.
type About struct {
	ServiceURL     string            // base URL of the service
	ServiceVersion string            // of the service, if it is known
	ServiceTuning  string            // what was changed in a service that was started for the run
	Client         string            // name and version of the program that sent the requests, such as cas-go/1.0.0
	Input          string            // name of the input
	InputSHA256    string            // of its bytes, in hexadecimal
	InputCRS       string            // reference system that its coordinates were converted from, such as "EPSG:5070 (NAD83 / Conus Albers)"
	Datasets       []cas.Dataset     // from the catalog; datasets that were not asked for are ignored
	Also           []string          // file names of further tables of the same answers
	Sessions       []journal.Session // the runs that sent requests, oldest first
}

// meta is the JSON of a description. Only the sessions depend on when and how often a run was interrupted.
type meta struct {
	Table      metaTable      `json:"table"`
	Parameters metaParameters `json:"parameters"`
	Service    metaService    `json:"service"`
	Sessions   []metaSession  `json:"sessions,omitempty"`
	Client     string         `json:"client,omitempty"`
	Input      metaInput      `json:"input"`
	Counts     Counts         `json:"counts"`
	Warnings   []WarningCount `json:"warnings"`
	Datasets   []metaDataset  `json:"datasets"`
}

type metaTable struct {
	File    string   `json:"file"`
	Format  string   `json:"format"`
	Also    []string `json:"also,omitempty"`
	Form    Form     `json:"form,omitzero"`
	Rows    int      `json:"rows,omitempty"` // in long form
	Columns []Column `json:"columns"`
	Notes   []string `json:"notes,omitempty"`
}

type metaParameters struct {
	DatasetIDs  []string              `json:"dataset_ids"`
	Aggregation cas.AggregationMethod `json:"aggregation"`
	TimeRange   string                `json:"time_range,omitempty"` // an ISO 8601 interval
	TargetCRS   string                `json:"target_crs"`
	IDField     string                `json:"id_field,omitempty"`
	Periods     []string              `json:"periods,omitempty"`            // ISO 8601 intervals
	Static      []string              `json:"static_dataset_ids,omitempty"` // asked for once, not in each period
}

type metaService struct {
	URL     string `json:"url,omitempty"`
	Version string `json:"version,omitempty"`
	Tuning  string `json:"tuning,omitempty"`
}

// metaSession says which service results came from, and when. The service is "unknown" in journals of older versions.
type metaSession struct {
	ServiceURL     string    `json:"service_url"`
	ServiceVersion string    `json:"service_version"`
	Client         string    `json:"client,omitempty"`
	First          time.Time `json:"first,omitzero"`
	Last           time.Time `json:"last,omitzero"`
	Features       int       `json:"features"` // whose newest answer is from this session
	Failed         int       `json:"failed"`   // features among them that lack a result
	DatasetIDs     []string  `json:"dataset_ids"`
}

func metaSessions(sessions []journal.Session) (list []metaSession) {
	for _, s := range sessions {
		list = append(list, metaSession{
			ServiceURL: cmp.Or(s.ServiceURL, "unknown"), ServiceVersion: cmp.Or(s.ServiceVersion, "unknown"), Client: s.Client,
			First: s.First.Truncate(time.Second), Last: s.Last.Truncate(time.Second),
			Features: s.Features, Failed: s.Failed, DatasetIDs: s.Parameters.DatasetIDs,
		})
	}
	return list
}

type metaInput struct {
	Name   string `json:"name,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	CRS    string `json:"crs,omitempty"`
}

type metaDataset struct {
	ID         string                        `json:"id"`
	Name       string                        `json:"name,omitempty"`
	Units      []string                      `json:"units,omitempty"`
	Resolution *float64                      `json:"resolution_m,omitempty"`
	License    string                        `json:"license,omitempty"`
	Citation   string                        `json:"citation,omitempty"`
	Results    int                           `json:"results"`
	Missing    int                           `json:"missing"`
	NullValues int                           `json:"null_values"`
	Mismatches map[cas.AggregationMethod]int `json:"other_aggregations,omitempty"`
	Provenance []string                      `json:"provenance,omitempty"`
	More       bool                          `json:"more_units_or_provenance,omitempty"`
}

func writeMeta(w io.Writer, o Options, s *Summary) error {
	p := o.Parameters
	m := meta{
		Table: metaTable{
			File: filepath.Base(o.Path), Format: o.Format.Name(), Also: o.About.Also, Form: o.Plan.form, Rows: s.Rows, Columns: s.Columns, Notes: s.Notes,
		},
		Parameters: metaParameters{
			DatasetIDs: p.DatasetIDs, Aggregation: cmp.Or(p.Aggregation, cas.AggregationMean), TimeRange: p.TimeRange,
			TargetCRS: cmp.Or(p.TargetCRS, "EPSG:4326"), IDField: p.IDField, Periods: p.Periods, Static: p.Static,
		},
		Service:  metaService{URL: o.About.ServiceURL, Version: o.About.ServiceVersion, Tuning: o.About.ServiceTuning},
		Sessions: metaSessions(o.About.Sessions),
		Client:   o.About.Client,
		Input:    metaInput{Name: o.About.Input, SHA256: o.About.InputSHA256, CRS: o.About.InputCRS},
		Counts:   s.Counts,
		Warnings: s.Warnings,
	}
	for _, d := range s.Datasets {
		m.Datasets = append(m.Datasets, describe(d, o.About.Datasets))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(m)
}

// describe joins what the answers and the catalog say about a dataset. Units are those of the answers, or of the catalog if there is no
// answer.
func describe(d DatasetSummary, catalog []cas.Dataset) metaDataset {
	m := metaDataset{
		ID: d.ID, Units: d.Units, Results: d.Results, Missing: d.Missing, NullValues: d.NullValues,
		Mismatches: d.Mismatches, Provenance: d.Provenance, More: d.More,
	}
	i := slices.IndexFunc(catalog, func(c cas.Dataset) bool { return c.ID == d.ID })
	if i < 0 {
		return m
	}
	known := &catalog[i]
	m.Name, m.License, m.Citation = known.Name, known.License, known.Citation
	if !known.ResolutionM.IsNull() {
		metres := float64(known.ResolutionM)
		m.Resolution = &metres
	}
	if len(m.Units) == 0 {
		for _, v := range known.Variables {
			if v.Units != "" && !slices.Contains(m.Units, v.Units) {
				m.Units = append(m.Units, v.Units)
			}
		}
	}
	return m
}
