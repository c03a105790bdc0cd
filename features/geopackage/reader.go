package geopackage

import (
	"database/sql/driver"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
)

const name = "GeoPackage"

func init() {
	format.Register(format.Format{Name: name, Endings: []string{".gpkg"}, Detect: detect, Open: open})
}

// A reader is a format.Reader.
type reader struct {
	*database
	description format.Description
	layer       layer
	geometry    column
	key         *column  // INTEGER PRIMARY KEY
	fields      []column // without the geometry and binary data
	numbered    bool     // SQLite numbers the rows
	checked     bool     // the table's pages are not damaged
}

func open(path string, o format.Options) (_ format.Reader, err error) {
	d, err := connect(path)
	if err != nil {
		return nil, err
	}
	r := &reader{database: d}
	if err := r.describe(o.Layer); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *reader) Describe() format.Description { return r.description }

func (r *reader) Close() error { return r.database.Close() }

// Files are the database and the write-ahead log that is read with it.
func (r *reader) Files() []string {
	if r.log != "" {
		return []string{r.Path, r.log}
	}
	return []string{r.Path}
}

func (r *reader) describe(chosen string) (err error) {
	d := &r.description
	d.Format = name
	if r.layer, d.Layers, err = r.chooseLayer(chosen); err != nil {
		return err
	}
	d.Layer = r.layer.table
	var columns []column
	if columns, r.numbered, err = r.columns(r.layer.table); err != nil {
		return err
	}
	if len(columns) == 0 {
		return fmt.Errorf("%s: the layer %s has no table: %w", r.Path, d.Layer, format.ErrBroken)
	}
	d.Warnings = r.leftBeside()
	for i, c := range columns {
		kind := strings.ToLower(c.declared)
		switch {
		case strings.EqualFold(c.name, r.layer.geometry):
			r.geometry = c
			continue
		case strings.HasPrefix(kind, "blob"):
			d.Warnings = append(d.Warnings, fmt.Sprintf("The column %s holds binary data and is left out.", c.name))
			continue
		case c.integerKey:
			r.key = &columns[i]
		}
		r.fields = append(r.fields, c)
		d.Fields = append(d.Fields, format.Field{Name: c.name, Type: kind})
	}
	r.numbered = r.numbered && r.rowNumber() != ""
	if r.geometry.name == "" {
		return fmt.Errorf("%s: the layer %s has no column %q of geometries: %w", r.Path, d.Layer, r.layer.geometry, format.ErrBroken)
	}
	var warning string
	if d.CRS, warning, err = r.referenceSystem(r.layer.srs); err != nil {
		return err
	}
	if warning != "" {
		d.Warnings = append(d.Warnings, warning)
	}
	if !slices.Contains([]string{"", "0", "-1", r.layer.srs}, r.layer.contents) {
		d.Warnings = append(d.Warnings, fmt.Sprintf("The file names two reference systems for the layer: srs_id %s in gpkg_geometry_columns, which counts, and %s in gpkg_contents.",
			r.layer.srs, r.layer.contents))
	}
	d.Features, err = r.storedCount(r.layer.table)
	return err
}

// A pass is one reading of the layer.
type pass struct {
	*reader
	sql    string
	fields []column // those that are read into properties
	at     []int    // their places in a row
	shape  int      // place of the geometry
}

// plan makes the query. The rows of a table come in the order of their numbers. The order of a view is that of its query: it is the
// same in every pass because every pass selects the same columns.
func (r *reader) plan(want format.Want) *pass {
	p := &pass{reader: r}
	var columns []string
	if r.numbered {
		columns = append(columns, r.rowNumber())
	}
	for _, c := range r.fields {
		wanted := want.Wants(c.name)
		if wanted {
			p.fields = append(p.fields, c)
			p.at = append(p.at, len(columns))
		}
		if wanted || !r.numbered {
			columns = append(columns, "+"+sqlitefile.Quoted(c.name)) // an expression has no declared type, by which the driver would convert
		}
	}
	p.shape = len(columns)
	columns = append(columns, sqlitefile.Quoted(r.geometry.name))
	p.sql = "SELECT " + strings.Join(columns, ", ") + " FROM " + sqlitefile.Quoted(r.layer.table)
	if r.numbered {
		p.sql += " ORDER BY " + r.rowNumber()
	}
	return p
}

// rowNumber returns a name of the row's number that no column has; "" if columns have all of them.
func (r *reader) rowNumber() string {
	if r.key != nil {
		return sqlitefile.Quoted(r.key.name)
	}
	for _, name := range []string{"rowid", "_rowid_", "oid"} {
		if !slices.ContainsFunc(r.fields, func(c column) bool { return strings.EqualFold(c.name, name) }) {
			return name
		}
	}
	return ""
}

func (r *reader) Records(want format.Want) iter.Seq2[*format.Record, error] {
	p := r.plan(want)
	return func(yield func(*format.Record, error) bool) {
		if err := p.run(yield); err != nil {
			yield(nil, err)
		}
	}
}

func (p *pass) run(yield func(*format.Record, error) bool) error {
	rows, err := p.query(p.sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]driver.Value, len(rows.Columns()))
	record := &format.Record{Place: "the start"}
	n, last := 0, int64(0)
	for ; ; n++ {
		err := rows.Next(values)
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("layer %s, after %s: %w", p.layer.table, record.Place, broken(p.Path, err))
		}
		if !p.numbered {
			record.Place = "row " + strconv.Itoa(n+1)
		} else {
			fid, ok := values[0].(int64)
			if !ok || n > 0 && fid <= last {
				return fmt.Errorf("%s: layer %s: fid %s follows %s: %w", p.Path, p.layer.table, sqlitefile.Text(values[0]), record.Place, format.ErrBroken)
			}
			last = fid
			record.Place = "fid " + strconv.FormatInt(fid, 10)
		}
		p.fill(record, values)
		if !yield(record, nil) {
			return nil
		}
	}
	return p.complete(n)
}

// complete checks that no page of the table was lost, unless the stored number of features proves it already.
func (r *reader) complete(n int) error {
	if n == r.description.Features || r.checked {
		return nil
	}
	sql := "PRAGMA quick_check"
	if r.numbered {
		sql += "(" + sqlitefile.Quoted(r.layer.table) + ")"
	}
	var damage string
	err := r.each(func(v []driver.Value) {
		if found := sqlitefile.Text(v[0]); damage == "" && found != "ok" && !isConstraint(found) {
			damage = found
		}
	}, sql)
	if err != nil {
		return err
	}
	if damage != "" {
		return fmt.Errorf("%s: layer %s: %d features can be read, but the file is damaged: %s: %w", r.Path, r.layer.table, n,
			strings.ReplaceAll(damage, "\n", " "), format.ErrBroken)
	}
	r.checked = true
	return nil
}

// isConstraint reports whether a message is about a rule that rows break, and not about damage.
func isConstraint(found string) bool {
	return strings.HasPrefix(found, "NULL value in ") || strings.HasPrefix(found, "CHECK constraint failed in ") ||
		strings.HasPrefix(found, "NUMERIC value in ") || strings.HasPrefix(found, "TEXT value in ")
}
