package crs

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
)

//go:generate ../../.venv/judges/bin/python internal/take/take.py table.gz

// table.gz has the systems of EPSG and Esri; internal/take/take.py describes its lines.
//
//go:embed table.gz
var packed []byte

// A registry has the lines of table.gz.
type registry struct {
	systems map[int]string    // lines G, P and C by code
	datums  map[int]string    // lines D by code
	names   map[string]string // lines D by squeezed name
}

var registered = sync.OnceValue(load)

func load() *registry {
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // the file is part of the program
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		panic(err)
	}
	r := &registry{systems: make(map[int]string, 9000), datums: make(map[int]string, 700), names: make(map[string]string, 2000)}
	var datums []string
	for line := range strings.SplitSeq(string(text), "\n") {
		kind, rest, _ := strings.Cut(line, "\t")
		number, _, _ := strings.Cut(rest, "\t")
		code, _ := strconv.Atoi(number)
		switch kind {
		case "D":
			r.datums[code] = line
			datums = append(datums, line)
			fields := strings.Split(line, "\t")
			r.names[squeeze(fields[2])] = line
		case "G", "P", "C":
			r.systems[code] = line
		}
	}
	// A name has precedence over an alias. If two datums share an alias, the one that is refused has precedence.
	for _, line := range datums {
		fields := strings.Split(line, "\t")
		for alias := range strings.SplitSeq(fields[7], "|") {
			if other, taken := r.names[alias]; !taken || (fields[6] == "" && squeeze(strings.Split(other, "\t")[2]) != alias) {
				r.names[alias] = line
			}
		}
	}
	return r
}

// EPSG returns the projected or geographic system of an EPSG code; of a compound system, the horizontal part. Codes over 32767 are
// Esri's.
func EPSG(code int) (*System, error) {
	d, err := registered().definition(code)
	if err != nil {
		return nil, err
	}
	return d.system()
}

// firstOfEsri is the lowest code of Esri; EPSG's are below.
const firstOfEsri = 32768

func codeName(code int) string {
	if code >= firstOfEsri {
		return "ESRI:" + strconv.Itoa(code)
	}
	return "EPSG:" + strconv.Itoa(code)
}

func (r *registry) definition(code int) (*definition, error) {
	line, ok := r.systems[code]
	if !ok {
		return nil, fmt.Errorf("reference system %s: no projected or geographic system of this code is known; if there is one, use its WKT", codeName(code))
	}
	fields := strings.Split(line, "\t")
	id, name := codeName(code), fields[2]
	if fields[0] == "C" {
		horizontal, err := r.definition(int(number(fields, 3)))
		if err != nil {
			return nil, err
		}
		horizontal.id, horizontal.name = id, name
		return horizontal, nil
	}
	base := fields
	if fields[0] == "P" {
		base = strings.Split(r.systems[int(number(fields, 3))], "\t")
	}
	datum := strings.Split(r.datums[int(number(base, 3))], "\t")
	d := &definition{
		id: id, name: name, datum: datum[2], datumID: codeName(int(number(datum, 1))),
		a: number(datum, 3), rf: number(datum, 4), meridian: number(datum, 5), angle: number(base, 4),
	}
	if fields[0] == "P" {
		d.method, d.unit = fields[4], number(fields, 5)
		for i := range d.values {
			d.given[i] = 6+i < len(fields) && fields[6+i] != ""
			d.values[i] = number(fields, 6+i)
		}
	}
	return d, nil
}

// number returns a field as a number; 0 if it is empty.
func number(fields []string, i int) float64 {
	if i >= len(fields) {
		return 0
	}
	v, _ := strconv.ParseFloat(fields[i], 64)
	return v
}

// datum returns the line of a datum by its squeezed name, with or without the D_ at the start of Esri's names, or by its code.
func (r *registry) datum(name, id string) (line string, known bool) {
	for _, spelling := range [...]string{name, "d" + name, strings.TrimPrefix(name, "d")} {
		if line, known = r.names[spelling]; known {
			return line, true
		}
	}
	if code, ok := strings.CutPrefix(id, "EPSG:"); ok {
		n, _ := strconv.Atoi(code)
		line, known = r.datums[n]
	}
	return line, known
}

// judgeDatum refuses a datum that does not agree with WGS 84 within 2 m, and returns a note for one that is not WGS 84 itself.
func (d *definition) judgeDatum() (note string, err error) {
	sphere := d.rf == 0
	if !(math.Abs(d.a-6.37e6) < 5e4) || !(sphere || math.Abs(d.rf-299) < 8) {
		return "", d.unsupported("its ellipsoid, with a semi-major axis of %v m and an inverse flattening of %v, is not that of the Earth", d.a, d.rf)
	}
	r := registered()
	name := squeeze(d.datum)
	line, known := r.datum(name, d.datumID)
	if known {
		name = squeeze(strings.Split(line, "\t")[2])
	}
	if d.shifted && (sphere || nameless(name)) {
		return "", d.unsupported("the datum %q has a shift to WGS 84, which is not applied here", d.datum)
	}
	if sphere && d.a == 6378137 {
		return "", nil // the sphere of web Mercator, whose latitudes are those of WGS 84
	}
	if sphere {
		return "latitudes on the sphere are taken as latitudes on WGS 84, as PROJ does", nil
	}
	if nameless(name) {
		if math.Abs(d.a-6378137) < 0.01 && math.Abs(d.rf-298.2572) < 0.0001 {
			return "the datum has no name; its ellipsoid is that of WGS 84 or GRS 1980, so it is taken as WGS 84", nil
		}
		return "", d.unsupported("the datum has no name, and its ellipsoid is neither that of WGS 84 nor GRS 1980, so its distance from WGS 84 is unknown")
	}
	if !known {
		return "", d.unsupported("the datum %q is not known, so its distance from WGS 84 is not either", d.datum)
	}
	fields := strings.Split(line, "\t")
	switch verdict := fields[6]; {
	case verdict == "":
		return "", d.unsupported("the datum %s is not within 2 m of WGS 84, and its shift needs grids or parameters that are not here", fields[2])
	case math.Abs(d.a-number(fields, 3)) > 0.5 || math.Abs(d.rf-number(fields, 4)) > 1e-3:
		return "", d.unsupported("the datum %s does not have an ellipsoid with a semi-major axis of %v m and an inverse flattening of %v", fields[2], d.a, d.rf)
	case verdict == "=":
		return "", nil
	}
	return fields[2] + " is taken as WGS 84: they agree within about 2 m", nil
}

// nameless reports whether the squeezed name of a datum says no more than the ellipsoid.
func nameless(name string) bool {
	for _, prefix := range [...]string{"unknown", "dunknown", "notspecified", "unspecified", "unnamed", "undefined", "dgrs1980", "dwgs84ellipsoid"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "" || name == "d"
}
