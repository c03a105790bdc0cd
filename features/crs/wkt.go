package crs

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A node is one element of WKT: KEYWORD["text", 1.5, north, CHILD[…]].
type node struct {
	key      string   // upper case
	literals []string // texts, numbers and words, in order
	children []*node
}

// deepest is the limit of nested elements. Real systems need 8.
const deepest = 32

type wktReader struct {
	text string
	at   int
}

func readWKT(text string) (*node, error) {
	r := &wktReader{text: text}
	n, err := r.element(0)
	if err != nil {
		return nil, err
	}
	if r.space(); r.at < len(text) && text[r.at] == ',' { // Esri appends a vertical system
		r.at++
		if after, err := r.element(0); err != nil || after.key != "VERTCS" {
			return nil, r.fail("text after the end")
		}
		r.space()
	}
	if r.at < len(text) {
		return nil, r.fail("text after the end")
	}
	return n, nil
}

func (r *wktReader) fail(what string) error {
	return fmt.Errorf("reference system in WKT: %s at byte %d of %d", what, r.at, len(r.text))
}

func (r *wktReader) space() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n\x00", r.text[r.at]) >= 0 {
		r.at++
	}
}

// word reads up to a delimiter: a keyword, a number or a direction.
func (r *wktReader) word() string {
	r.space()
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("[](),\" \t\r\n\x00", r.text[r.at]) < 0 {
		r.at++
	}
	return r.text[start:r.at]
}

// element reads an element from its keyword on.
func (r *wktReader) element(depth int) (*node, error) {
	n := &node{key: strings.ToUpper(r.word())}
	if n.key == "" {
		return nil, r.fail("no keyword")
	}
	if r.space(); !r.opens() {
		return nil, r.fail("no [ after " + strconv.Quote(clip(n.key)))
	}
	return n, r.contents(n, depth)
}

func (r *wktReader) opens() bool {
	return r.at < len(r.text) && (r.text[r.at] == '[' || r.text[r.at] == '(')
}

// contents reads what is between the brackets.
func (r *wktReader) contents(n *node, depth int) error {
	if depth > deepest {
		return r.fail("too many nested elements")
	}
	for r.at++; ; {
		if r.space(); r.at == len(r.text) {
			return r.fail("no ] for " + strconv.Quote(clip(n.key)))
		}
		if r.text[r.at] == '"' {
			text, err := r.quoted()
			if err != nil {
				return err
			}
			n.literals = append(n.literals, text)
		} else if word := r.word(); word != "" {
			if r.space(); r.opens() {
				child := &node{key: strings.ToUpper(word)}
				n.children = append(n.children, child)
				if err := r.contents(child, depth+1); err != nil {
					return err
				}
			} else {
				n.literals = append(n.literals, word)
			}
		}
		switch r.space(); {
		case r.at == len(r.text):
			// The next iteration reports the error.
		case r.text[r.at] == ',':
			r.at++
		case r.text[r.at] == ']', r.text[r.at] == ')':
			r.at++
			return nil
		default:
			return r.fail("no comma")
		}
	}
}

// quoted reads a text in quotes. A quote inside it is written twice.
func (r *wktReader) quoted() (string, error) {
	var b strings.Builder
	for {
		r.at++
		end := strings.IndexByte(r.text[r.at:], '"')
		if end < 0 {
			return "", r.fail("a text without an end")
		}
		b.WriteString(r.text[r.at : r.at+end])
		if r.at += end + 1; r.at == len(r.text) || r.text[r.at] != '"' {
			return b.String(), nil
		}
		b.WriteByte('"')
	}
}

// clip shortens a text for an error.
func clip(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}

// child returns the first child with one of the keywords, or nil. n may be nil.
func (n *node) child(keys ...string) *node {
	if n == nil {
		return nil
	}
	for _, key := range keys {
		for _, c := range n.children {
			if c.key == key {
				return c
			}
		}
	}
	return nil
}

func (n *node) text(i int) string {
	if n == nil || i >= len(n.literals) {
		return ""
	}
	return n.literals[i]
}

// number returns a literal as a number; NaN if there is none.
func (n *node) number(i int) float64 {
	v, err := strconv.ParseFloat(n.text(i), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

var (
	projectedKeys  = []string{"PROJCS", "PROJCRS", "PROJECTEDCRS"}
	geographicKeys = []string{"GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS"}
	baseKeys       = []string{"GEOGCS", "BASEGEOGCRS", "BASEGEODCRS"}
	angleKeys      = []string{"ANGLEUNIT", "UNIT"}
	lengthKeys     = []string{"LENGTHUNIT", "UNIT"}
)

// horizontal returns the projected or geographic system, also in a bound or compound one.
func (n *node) horizontal() *node {
	if slices.Contains(projectedKeys, n.key) || slices.Contains(geographicKeys, n.key) {
		return n
	}
	switch n.key {
	case "BOUNDCRS":
		if source := n.child("SOURCECRS"); source != nil && len(source.children) > 0 {
			return source.children[0].horizontal()
		}
	case "COMPD_CS", "COMPOUNDCRS":
		for _, c := range n.children {
			if h := c.horizontal(); h != nil {
				return h
			}
		}
	}
	return nil
}

// fromWKT reads a definition in WKT of any version.
func fromWKT(text string) (*definition, error) {
	top, err := readWKT(text)
	if err != nil {
		return nil, err
	}
	n := top.horizontal()
	d := &definition{name: top.text(0), id: top.id(), unit: math.NaN(), shifted: top.shifted()}
	if n == nil {
		return nil, d.unsupported("a %s is neither a projected nor a geographic system", clip(top.key))
	}
	if d.name == "" { // a bound system has no name of its own
		d.name, d.id = n.text(0), n.id()
	}
	base := n
	if slices.Contains(projectedKeys, n.key) {
		if base = n.child(baseKeys...); base == nil {
			return nil, d.malformed("the projected system has no geographic one")
		}
	} else if d.axes = n.axes(); n.isGeocentric() {
		return nil, d.unsupported("it is geocentric: its coordinates are metres from the middle of the Earth")
	}
	if n.child("DERIVINGCONVERSION") != nil || base.child("DERIVINGCONVERSION") != nil {
		return nil, d.unsupported("it is derived from another system")
	}
	if err := d.takeBase(base); err != nil {
		return nil, err
	}
	if base == n {
		return d, nil
	}
	return d, d.takeProjection(n)
}

// shifted reports whether a system or its horizontal part is bound to WGS 84 by a shift other than zeros.
func (n *node) shifted() bool {
	if n.key != "BOUNDCRS" {
		i := slices.IndexFunc(n.children, func(c *node) bool { return c.horizontal() != nil })
		return n.key == "COMPOUNDCRS" && i >= 0 && n.children[i].shifted()
	}
	shift := n.child("ABRIDGEDTRANSFORMATION")
	if shift == nil || shift.child("PARAMETERFILE") != nil {
		return true
	}
	for _, p := range shift.children {
		neutral := 0.0
		if squeeze(p.text(0)) == "scaledifference" {
			neutral = 1
		}
		if p.key == "PARAMETER" && p.number(1) != neutral {
			return true
		}
	}
	return false
}

// isGeocentric reports whether a geodetic system has Cartesian axes.
func (n *node) isGeocentric() bool {
	return strings.EqualFold(n.child("CS").text(0), "Cartesian")
}

// id returns the code of an element, such as "EPSG:5070", or "".
func (n *node) id() string {
	if id := n.child("AUTHORITY", "ID"); id.text(0) != "" && id.text(1) != "" {
		return strings.ToUpper(id.text(0)) + ":" + id.text(1)
	}
	return ""
}

// axes returns the directions of the horizontal axes.
func (n *node) axes() []string {
	var all []string
	for _, c := range n.children {
		if direction := strings.ToLower(c.text(1)); c.key == "AXIS" && direction != "up" && direction != "down" {
			all = append(all, direction)
		}
	}
	return all
}

// unitOf returns the factor of the unit of an element or of its axes; NaN if there is none. same is false if the axes have different units.
func (n *node) unitOf(keys []string) (unit float64, same bool) {
	unit = math.NaN()
	if u := n.child(keys...); u != nil {
		return u.number(1), true
	}
	for _, c := range n.children {
		if c.key != "AXIS" || strings.EqualFold(c.text(1), "up") {
			continue
		}
		if u := c.child(keys...); u != nil {
			if !math.IsNaN(unit) && unit != u.number(1) {
				return unit, false
			}
			unit = u.number(1)
		}
	}
	return unit, true
}

// inDegrees converts a factor to radians into a factor to degrees. It is exactly 1 for degrees written with few digits.
func inDegrees(radians float64) float64 {
	if f := radians / degree; math.Abs(f-1) > 1e-9 {
		return f
	}
	return 1
}

// takeBase sets what the geographic system defines.
func (d *definition) takeBase(n *node) error {
	unit, same := n.unitOf(angleKeys)
	if !same {
		return d.unsupported("its axes have different units")
	}
	if math.IsNaN(unit) { // the short form of WKT 2 leaves degrees out
		unit = degree
	}
	if d.angle = inDegrees(unit); !(d.angle > 0 && d.angle <= 360) {
		return d.malformed("the unit of angle is %v radians", unit)
	}
	datum := n.child("DATUM", "ENSEMBLE", "GEODETICDATUM", "TRF")
	if datum == nil {
		return d.malformed("there is no datum")
	}
	d.datum, d.datumID = datum.text(0), datum.id()
	if shift := datum.child("TOWGS84"); shift != nil {
		for i := range shift.literals {
			d.shifted = d.shifted || shift.number(i) != 0
		}
	}
	figure := datum.child("SPHEROID", "ELLIPSOID")
	if figure == nil {
		return d.malformed("there is no ellipsoid")
	}
	d.a, d.rf = figure.number(1), figure.number(2)
	if u := figure.child(lengthKeys...); u != nil {
		d.a *= u.number(1)
	}
	meridian := n.child("PRIMEM", "PRIMEMERIDIAN")
	if meridian == nil || meridian.number(1) == 0 {
		return nil
	}
	d.meridian = meridian.number(1)
	switch u := meridian.child(angleKeys...); {
	case u != nil:
		d.meridian *= inDegrees(u.number(1))
	case d.angle != 1:
		return d.unsupported("the unit of its prime meridian %q is not clear", meridian.text(0))
	}
	if !(math.Abs(d.meridian) <= 360) {
		return d.malformed("the prime meridian is %v", d.meridian)
	}
	return nil
}

// takeProjection sets what a projected system defines besides its geographic system.
func (d *definition) takeProjection(n *node) error {
	conversion := n.child("CONVERSION")
	if conversion == nil {
		conversion = n // WKT 1
	}
	if d.method = conversion.child("PROJECTION", "METHOD").text(0); d.method == "" {
		return d.malformed("there is no projection")
	}
	var same bool
	if d.unit, same = n.unitOf(lengthKeys); !same {
		return d.unsupported("its axes have different units")
	}
	d.axes = n.axes()
	for _, p := range conversion.children {
		if p.key != "PARAMETER" {
			continue
		}
		factor := 1.0
		index, known := parameterNames[squeeze(p.text(0))]
		switch u := p.child("ANGLEUNIT", "LENGTHUNIT", "SCALEUNIT", "UNIT"); {
		case u != nil && known && index < scale:
			factor = inDegrees(u.number(1))
		case u != nil:
			factor = u.number(1)
		case known && index < scale:
			factor = d.angle
		case known && index >= falseEast:
			factor = d.unit
		}
		d.set(p.text(0), p.number(1)*factor)
	}
	if extension := n.child("EXTENSION"); strings.EqualFold(extension.text(0), "PROJ4") {
		d.webSphere = strings.Contains(extension.text(1), "+a=6378137 +b=6378137")
	}
	return nil
}
