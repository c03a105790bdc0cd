package netcdf

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
)

// coordinates returns the attribute that names the variable of the ids.
func (f *file) coordinates() attribute {
	return attribute{"coordinates", f.writer.series[0].columns[0].Name}
}

// described returns the attributes of a dataset's values.
func (f *file) described(c table.Column) []attribute {
	a := []attribute{{"long_name", c.Dataset}}
	if known, ok := f.catalog(c.Dataset); ok && known.Name != "" {
		a[0].value = known.Name
	}
	if d := f.dataset(c.Dataset); d != nil {
		if len(d.Units) == 1 && !d.More {
			a = append(a, attribute{"units", d.Units[0]})
		}
		if method := cellMethods[cmp.Or(f.writer.about.Parameters.Aggregation, cas.AggregationMean)]; method != "" && len(d.Mismatches) == 0 && d.Results > 0 {
			a = append(a, attribute{"cell_methods", "area: " + method})
		}
	}
	var others []string
	for i, s := range f.writer.series {
		if o := s.columns[0]; o.Dataset == c.Dataset && (o.Role == table.RoleQuality || o.Role == table.RoleCoverage) {
			others = append(others, f.names[i])
		}
	}
	if len(others) > 0 {
		a = append(a, attribute{"ancillary_variables", strings.Join(others, " ")})
	}
	return append(append(a, f.coordinates()), f.sources(c.Dataset)...)
}

// cellMethods are the aggregations for which the conventions have a name.
var cellMethods = map[cas.AggregationMethod]string{
	cas.AggregationMean: "mean", cas.AggregationMedian: "median", cas.AggregationMin: "minimum", cas.AggregationMax: "maximum",
	cas.AggregationStd: "standard_deviation", cas.AggregationSum: "sum", cas.AggregationMajority: "mode",
}

// sources returns the attributes about a dataset's origin, licence and citation.
func (f *file) sources(id string) []attribute {
	a := []attribute{{"cas_dataset", id}}
	known, _ := f.catalog(id)
	for _, more := range []attribute{{"license", known.License}, {"references", known.Citation}} {
		if more.value != "" {
			a = append(a, more)
		}
	}
	return a
}

func (f *file) catalog(id string) (d cas.Dataset, ok bool) {
	known := f.writer.about.About.Datasets
	i := slices.IndexFunc(known, func(d cas.Dataset) bool { return d.ID == id })
	if i < 0 {
		return d, false
	}
	return known[i], true
}

// dataset returns what the answers show about a dataset; nil if that is not known.
func (f *file) dataset(id string) *table.DatasetSummary {
	if f.writer.found == nil {
		return nil
	}
	i := slices.IndexFunc(f.writer.found.Datasets, func(d table.DatasetSummary) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return &f.writer.found.Datasets[i]
}

// oneUnits reports whether the units of a dataset are an attribute.
func (f *file) oneUnits(id string) bool {
	d := f.dataset(id)
	return d != nil && len(d.Units) <= 1 && !d.More
}

// global returns the attributes of the whole file.
func (w *writer) global() []attribute {
	o := w.about
	text := map[string]string{
		"Conventions":     "CF-1.8",
		"title":           "Attributes from CAS, the Community Attribute Service",
		"source":          strings.TrimSpace(strings.Join([]string{o.About.ServiceURL, o.About.ServiceVersion}, " ")),
		"history":         o.About.Client,
		"cas_input":       o.About.Input,
		"cas_aggregation": string(o.Parameters.Aggregation),
		"cas_time_range":  o.Parameters.TimeRange,
	}
	var a []attribute
	for _, name := range slices.Sorted(maps.Keys(text)) {
		if text[name] != "" {
			a = append(a, attribute{name, text[name]})
		}
	}
	return a
}
