package geopackage

import (
	"database/sql/driver"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
)

// fill makes a record from a row.
func (p *pass) fill(record *format.Record, values []driver.Value) {
	*record = format.Record{Place: record.Place, Properties: record.Properties[:0]}
	for i, c := range p.fields {
		value, err := jsonOf(values[p.at[i]], c.declared)
		if err == errBinary {
			p.leaveOut(c)
		} else if err != nil && record.Err == nil {
			record.Err = fmt.Errorf("column %s holds %w", c.name, err)
		}
		record.Properties = append(record.Properties, format.Property{Name: c.name, Value: value})
	}
	shape, err := geometryOf(values[p.shape])
	if err != nil {
		record.Err = fmt.Errorf("column %s: %w", p.geometry.name, err)
	}
	record.Geometry = shape
	declared, _ := strconv.Atoi(p.layer.srs)
	p.description.CompareSRID(record, max(declared, 0))
}

// leaveOut warns, once for a column, of binary data that is not declared, such as a second geometry.
func (p *pass) leaveOut(c column) {
	if warning := fmt.Sprintf("The column %s holds binary data: such values are null.", c.name); !slices.Contains(p.description.Warnings, warning) {
		p.description.Warnings = append(p.description.Warnings, warning)
	}
}

var errBinary = errors.New("binary data")

// jsonOf returns a value as JSON. A column of SQLite holds values of any type; the declared type only tells booleans from 0 and 1.
func jsonOf(v driver.Value, declared string) (json.RawMessage, error) {
	switch v := v.(type) {
	case nil:
		return format.Null, nil
	case int64:
		if (v == 0 || v == 1) && strings.EqualFold(declared, "BOOLEAN") {
			return json.RawMessage([]string{"false", "true"}[v]), nil
		}
		return format.Integer(v), nil
	case float64:
		return format.Number(v, 64), nil
	case string:
		return format.Text(v)
	default:
		return format.Null, errBinary
	}
}

// Header of a geometry: GeoPackageBinaryHeader, OGC 12-128r19, 2.1.3.1.
const (
	headerSize   = 8      // magic, version, flags, srs_id
	envelopeBits = 7 << 1 // flags
	extended     = 1 << 5
)

// envelopeSizes are the bytes of an envelope by its kind: none, xy, xyz, xym, xyzm.
var envelopeSizes = [...]int{0, 32, 48, 48, 64}

// geometryOf decodes a geometry: the header of the standard, then WKB. NULL is no geometry.
func geometryOf(v driver.Value) (format.Geometry, error) {
	if v == nil {
		return format.Geometry{}, nil
	}
	b, ok := v.([]byte)
	switch {
	case !ok:
		return format.Geometry{}, fmt.Errorf("a geometry is binary, and this is %.20q", sqlitefile.Text(v))
	case len(b) < headerSize || b[0] != 'G' || b[1] != 'P':
		return format.Geometry{}, errors.New("no geometry of a GeoPackage: it does not begin with GP")
	case b[2] != 0:
		return format.Geometry{}, fmt.Errorf("a geometry in version %d of its form; version 0 is known", b[2])
	}
	flags := b[3]
	var order binary.ByteOrder = binary.BigEndian
	if flags&1 != 0 {
		order = binary.LittleEndian
	}
	srid := int(int32(order.Uint32(b[4:])))
	kind := int(flags&envelopeBits) >> 1
	if kind >= len(envelopeSizes) {
		return format.Geometry{}, fmt.Errorf("a geometry with an envelope of kind %d; 0 to 4 are known", kind)
	}
	b = b[headerSize:]
	if len(b) < envelopeSizes[kind] {
		return format.Geometry{}, errors.New("a geometry that ends in its envelope")
	}
	b = b[envelopeSizes[kind]:]
	if flags&extended != 0 {
		code := ""
		if len(b) >= 4 {
			code = string(b[:4])
		}
		return format.Geometry{}, fmt.Errorf("a geometry of the extension %q; only the standard's types are read", code)
	}
	shape, err := format.ParseWKB(b)
	if err == nil && shape.Type != "" && shape.SRID == 0 {
		shape.SRID = srid
	}
	return shape, err
}
