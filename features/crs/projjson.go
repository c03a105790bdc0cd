package crs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// projJSON is a reference system in PROJJSON, or the member "crs" of the GeoJSON of 2008, which names one.
type projJSON struct {
	Type       string                `json:"type"`
	Name       string                `json:"name"`
	ID         *jsonID               `json:"id"`
	Properties struct{ Name string } `json:"properties"` // GeoJSON
	Components []projJSON            `json:"components"`
	Source     *projJSON             `json:"source_crs"`
	Shift      struct {
		Parameters []struct {
			Value json.RawMessage // a number, or the name of a grid
		}
	} `json:"transformation"`
	Base       *projJSON `json:"base_crs"`
	Conversion *struct {
		Method     struct{ Name string }
		Parameters []jsonMeasure
	} `json:"conversion"`
	Datum    *jsonDatum `json:"datum"`
	Ensemble *jsonDatum `json:"datum_ensemble"`
	Axes     struct {
		Subtype string `json:"subtype"`
		Axis    []struct {
			Direction string   `json:"direction"`
			Unit      jsonUnit `json:"unit"`
		} `json:"axis"`
	} `json:"coordinate_system"`
}

type jsonID struct {
	Authority string          `json:"authority"`
	Code      json.RawMessage `json:"code"` // a number or a text
}

func (id *jsonID) String() string {
	if id == nil || id.Authority == "" || len(id.Code) == 0 {
		return ""
	}
	return strings.ToUpper(id.Authority) + ":" + strings.Trim(string(id.Code), `"`)
}

type jsonDatum struct {
	Name      string  `json:"name"`
	ID        *jsonID `json:"id"`
	Ellipsoid struct {
		Radius            *jsonMeasure `json:"radius"`
		SemiMajor         *jsonMeasure `json:"semi_major_axis"`
		SemiMinor         *jsonMeasure `json:"semi_minor_axis"`
		InverseFlattening float64      `json:"inverse_flattening"`
	} `json:"ellipsoid"`
	PrimeMeridian *struct {
		Longitude jsonMeasure `json:"longitude"`
	} `json:"prime_meridian"`
}

// jsonMeasure is a number, with or without a unit, and the name of the parameter.
type jsonMeasure struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	Unit  jsonUnit `json:"unit"`
}

func (m *jsonMeasure) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] != '{' {
		return json.Unmarshal(text, &m.Value)
	}
	type plain jsonMeasure
	return json.Unmarshal(text, (*plain)(m))
}

// jsonUnit is the factor of a unit to metres or degrees; 0 means that there is none.
type jsonUnit float64

func (u *jsonUnit) UnmarshalJSON(text []byte) error {
	var name string
	if json.Unmarshal(text, &name) == nil {
		switch name {
		case "metre", "degree", "unity":
			*u = 1
			return nil
		}
		return fmt.Errorf("the unit %q is not known", clip(name))
	}
	var unit struct {
		Type   string  `json:"type"`
		Factor float64 `json:"conversion_factor"`
	}
	if err := json.Unmarshal(text, &unit); err != nil {
		return err
	}
	if *u = jsonUnit(unit.Factor); unit.Type == "AngularUnit" {
		*u = jsonUnit(inDegrees(unit.Factor))
	}
	return nil
}

// in returns the value in degrees, metres or parts of 1.
func (m *jsonMeasure) in() float64 {
	return m.Value * cmp.Or(float64(m.Unit), 1)
}

func fromJSON(text []byte) (*definition, error) {
	var top projJSON
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, fmt.Errorf("reference system in PROJJSON: %w", err)
	}
	if top.Type == "name" {
		return fromCode(top.Properties.Name)
	}
	d := &definition{id: top.ID.String(), name: top.Name, shifted: top.shifted()}
	n := top.horizontal(0)
	if n == nil {
		return nil, d.unsupported("a %q is neither a projected nor a geographic system", clip(top.Type))
	}
	if d.name == "" {
		d.id, d.name = n.ID.String(), n.Name
	}
	base := n
	if n.Type == "ProjectedCRS" {
		base = n.Base
	}
	if base == nil || (base.Datum == nil && base.Ensemble == nil) {
		return nil, d.malformed("there is no datum")
	}
	if strings.EqualFold(base.Axes.Subtype, "Cartesian") {
		return nil, d.unsupported("it is geocentric: its coordinates are metres from the middle of the Earth")
	}
	if base.Base != nil || base.Conversion != nil {
		return nil, d.unsupported("it is derived from another system")
	}
	unit, err := n.unit(d)
	if err != nil {
		return nil, err
	}
	d.takeDatum(base)
	if d.angle = unit; base == n {
		return d, nil
	}
	d.unit, d.angle = unit, 1
	if n.Conversion == nil || n.Conversion.Method.Name == "" {
		return nil, d.malformed("there is no projection")
	}
	d.method = n.Conversion.Method.Name
	for _, p := range n.Conversion.Parameters {
		d.set(p.Name, p.in())
	}
	return d, nil
}

// horizontal returns the projected or geographic system, also in a bound or compound one.
func (n *projJSON) horizontal(depth int) *projJSON {
	switch n.Type {
	case "ProjectedCRS", "GeographicCRS", "GeodeticCRS":
		return n
	case "BoundCRS":
		if n.Source != nil && depth < deepest {
			return n.Source.horizontal(depth + 1)
		}
	case "CompoundCRS":
		if len(n.Components) > 0 && depth < deepest {
			return n.Components[0].horizontal(depth + 1)
		}
	}
	return nil
}

// shifted reports whether a system or its horizontal part is bound to WGS 84 by a shift other than zeros.
func (n *projJSON) shifted() bool {
	if n.Type == "CompoundCRS" && len(n.Components) > 0 {
		n = &n.Components[0]
	}
	if n.Type != "BoundCRS" {
		return false
	}
	for _, p := range n.Shift.Parameters {
		if v, err := strconv.ParseFloat(string(p.Value), 64); err != nil || v != 0 {
			return true
		}
	}
	return len(n.Shift.Parameters) == 0
}

// unit returns the unit of the two axes and sets their directions in d.
func (n *projJSON) unit(d *definition) (float64, error) {
	unit := math.NaN()
	for _, axis := range n.Axes.Axis {
		if axis.Direction == "up" || axis.Direction == "down" {
			continue
		}
		if u := float64(axis.Unit); !math.IsNaN(unit) && u != unit {
			return 0, d.unsupported("its axes have different units")
		}
		unit = float64(axis.Unit)
		d.axes = append(d.axes, strings.ToLower(axis.Direction))
	}
	if !(unit > 0) {
		return 0, d.malformed("its axes have no unit")
	}
	return unit, nil
}

// takeDatum sets the datum with its ellipsoid and prime meridian.
func (d *definition) takeDatum(n *projJSON) {
	datum := cmp.Or(n.Datum, n.Ensemble)
	d.datum, d.datumID = datum.Name, datum.ID.String()
	switch figure := datum.Ellipsoid; {
	case figure.Radius != nil:
		d.a = figure.Radius.in()
	case figure.SemiMajor != nil:
		d.a, d.rf = figure.SemiMajor.in(), figure.InverseFlattening
		if b := figure.SemiMinor; b != nil && b.in() != d.a {
			d.rf = d.a / (d.a - b.in())
		}
	}
	if datum.PrimeMeridian != nil {
		d.meridian = datum.PrimeMeridian.Longitude.in()
	}
}
