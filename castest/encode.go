package castest

import (
	"math"
	"strconv"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// The answers, written as the service writes them: members in its order, floats as Python spells them, no blanks.

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

func appendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

func appendText(b []byte, name, text string) []byte {
	return pyjson.AppendString(append(b, name...), text)
}

// appendFloat writes what is not finite as null, as the service does.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return pyjson.AppendFloat(b, f)
}

func appendResult(b []byte, r *cas.AttributeResult) []byte {
	b = appendText(b, `{"dataset_id":`, r.DatasetID)
	b = appendText(b, `,"variable":`, r.Variable)
	b = appendValue(append(b, `,"value":`...), r.Value)
	b = appendText(b, `,"units":`, r.Units)
	b = appendText(b, `,"aggregation":`, string(r.Aggregation))
	b = appendText(b, `,"quality":`, string(r.Quality))
	b = appendFloat(append(b, `,"coverage_fraction":`...), r.CoverageFraction)
	b = appendInt(append(b, `,"pixel_count":`...), r.PixelCount)
	b = appendStamp(append(b, `,"timestamp":`...), r.Timestamp)
	b = appendText(b, `,"provider":`, r.Provider)
	b = appendInt(append(b, `,"elapsed_ms":`...), r.ElapsedMS)
	b = appendText(b, `,"provenance":`, r.Provenance)
	b = appendRange(append(b, `,"valid_range":`...), r.ValidRange)
	return append(b, '}')
}

func appendValue(b []byte, v cas.Value) []byte {
	if f, ok := v.Float64(); ok {
		return appendFloat(b, f)
	}
	if v.IsNull() {
		return append(b, "null"...)
	}
	b = append(b, '{')
	for i, c := range v.Classes() {
		b = pyjson.AppendString(comma(b, i), c.Name)
		b = appendFloat(append(b, ':'), c.Fraction)
	}
	return append(b, '}')
}

func appendStamp(b []byte, t *cas.Timestamp) []byte {
	if t == nil || t.IsZero() {
		return append(b, "null"...)
	}
	return pyjson.AppendString(b, t.String())
}

func appendRange(b []byte, r *cas.Range) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	b = appendFloat(append(b, '['), r[0])
	b = appendFloat(append(b, ','), r[1])
	return append(b, ']')
}

func appendWarnings(b []byte, warnings []string) []byte {
	b = append(b, `,"warnings":[`...)
	for i, w := range warnings {
		b = pyjson.AppendString(comma(b, i), w)
	}
	return append(b, ']')
}

// appendSummary writes the members of a provider.
func appendSummary(b []byte, p *cas.ProviderSummary) []byte {
	b = appendText(b, `"slug":`, p.Slug)
	b = appendText(b, `,"name":`, p.Name)
	b = appendText(b, `,"protocol":`, p.Protocol)
	return appendText(b, `,"base_url":`, p.BaseURL)
}

func appendDataset(b []byte, d *cas.Dataset) []byte {
	b = appendText(b, `{"id":`, d.ID)
	b = appendText(b, `,"provider":`, d.Provider)
	b = appendText(b, `,"name":`, d.Name)
	b = appendText(b, `,"description":`, d.Description)
	b = append(b, `,"variables":[`...)
	for i, v := range d.Variables {
		b = appendVariable(comma(b, i), &v)
	}
	b = appendFloat(append(b, `],"resolution_m":`...), float64(d.ResolutionM))
	b = appendText(b, `,"crs":`, d.CRS)
	b = appendFloat(append(b, `,"bbox":{"min_lon":`...), d.BBox.MinLon)
	b = appendFloat(append(b, `,"min_lat":`...), d.BBox.MinLat)
	b = appendFloat(append(b, `,"max_lon":`...), d.BBox.MaxLon)
	b = appendFloat(append(b, `,"max_lat":`...), d.BBox.MaxLat)
	b = appendStamp(append(b, `},"temporal":{"start":`...), d.Temporal.Start)
	b = appendStamp(append(b, `,"end":`...), d.Temporal.End)
	b = appendText(b, `,"temporal_type":`, string(d.Temporal.TemporalType))
	b = appendText(b, `},"protocol":`, string(d.Protocol))
	b = appendText(b, `,"license":`, d.License)
	b = appendText(b, `,"citation":`, d.Citation)
	return append(b, '}')
}

func appendVariable(b []byte, v *cas.Variable) []byte {
	b = appendText(b, `{"name":`, v.Name)
	b = appendText(b, `,"units":`, v.Units)
	b = appendText(b, `,"description":`, v.Description)
	b = appendText(b, `,"data_type":`, string(v.DataType))
	b = append(b, `,"nodata_value":`...)
	if v.NodataValue == nil {
		b = append(b, "null"...)
	} else {
		b = appendFloat(b, *v.NodataValue)
	}
	b = appendRange(append(b, `,"valid_range":`...), v.ValidRange)
	return append(b, '}')
}
