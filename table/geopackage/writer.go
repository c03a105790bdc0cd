package geopackage

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/internal/wkb"
)

// A writer is a table.RowWriter.
type writer struct {
	*sqlitefile.DB
	to     io.Writer
	row    driver.Stmt  // inserts a row
	index  driver.Stmt  // inserts the bounds of its geometry
	types  []table.Type // of the columns
	values []driver.NamedValue
	corner []driver.NamedValue
	blob   []byte
	n      int64
	bounds wkb.Bounds
}

func newWriter(to io.Writer, columns []table.Column) (_ table.RowWriter, err error) {
	path, err := buildPath(to)
	if err != nil {
		return nil, err
	}
	w := &writer{to: to, bounds: wkb.NoBounds}
	for _, c := range columns {
		w.types = append(w.types, c.Type)
	}
	if w.DB, err = create(path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.Discard()
		}
	}()
	names := columnNames(columns)
	if err := w.Execute(begin(columns, names)...); err != nil {
		return nil, err
	}
	places := strings.Repeat(", ?", len(columns))
	if w.row, err = w.Prepare("INSERT INTO attributes VALUES (?, ?" + places + ")"); err != nil {
		return nil, err
	}
	if w.index, err = w.Prepare("INSERT INTO rtree_attributes_geom VALUES (?, ?, ?, ?, ?)"); err != nil {
		return nil, err
	}
	w.values, w.corner = numbered(2+len(columns)), numbered(5)
	return w, nil
}

// buildPath is where SQLite makes the file: beside a file, under a name that the next run overwrites.
func buildPath(to io.Writer) (string, error) {
	if file, ok := to.(interface{ Name() string }); ok {
		return file.Name() + ".sqlite", nil
	}
	file, err := os.CreateTemp("", "*.gpkg")
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

func numbered(n int) []driver.NamedValue {
	values := make([]driver.NamedValue, n)
	for i := range values {
		values[i].Ordinal = i + 1
	}
	return values
}

// WriteRow inserts the row.
func (w *writer) WriteRow(r *table.Row) error {
	w.n++
	w.values[0].Value, w.values[1].Value = w.n, nil
	if err := w.geometry(r); err != nil {
		return err
	}
	for i := range r.Cells {
		value, err := valueOf(&r.Cells[i], w.types[i])
		if err != nil {
			return fmt.Errorf("a value that is not %s: %w", w.types[i], err)
		}
		w.values[2+i].Value = value
	}
	return run(w.row, w.values)
}

// valueOf is a cell for a column of a type; TypeUnknown is a column that takes what there is.
func valueOf(c *table.Cell, t table.Type) (driver.Value, error) {
	text := c.Text
	switch c.Kind {
	case table.EmptyCell:
		return nil, nil
	case table.NumberCell:
		return c.Number, nil
	case table.JSONCell:
		text = table.PlainText(c.JSON)
	case table.TextCell:
	}
	switch t {
	case table.TypeInt64:
		return strconv.ParseInt(text, 10, 64)
	case table.TypeDouble:
		return strconv.ParseFloat(text, 64)
	case table.TypeBoolean:
		return strconv.ParseBool(text)
	default:
		return text, nil
	}
}

// Header of a geometry: GeoPackageBinaryHeader, 2.1.3.1 of the standard. All is little-endian; points have no envelope.
const (
	headerPoint = "GP\x00\x01"
	headerArea  = "GP\x00\x03"

	headerSize   = len(headerPoint) + 4 // with the srs_id
	envelopeSize = 4 * 8
)

// geometry sets the row's geometry, if readers would take it, and indexes it.
func (w *writer) geometry(r *table.Row) error {
	b := append(w.blob[:0], make([]byte, headerSize+envelopeSize)...)
	b, s, err := wkb.Append(b, r.Geometry())
	w.blob = b
	if err != nil {
		return nil // it has none
	}
	w.bounds.Join(&s.Bounds)
	low, high := s.Bounds.Low, s.Bounds.High
	corners := [4]float64{low[0], high[0], low[1], high[1]} // in the order of envelope and R-tree
	if s.Kind == "Point" {
		b = b[envelopeSize:]
		copy(b, headerPoint)
	} else {
		copy(b, headerArea)
		for i, corner := range corners {
			binary.LittleEndian.PutUint64(b[headerSize+8*i:], math.Float64bits(corner))
		}
	}
	binary.LittleEndian.PutUint32(b[len(headerPoint):], srsID)
	w.values[1].Value = b
	w.corner[0].Value = w.n
	for i, corner := range corners {
		w.corner[1+i].Value = corner
	}
	return run(w.index, w.corner)
}

// Close finishes the file and copies it.
func (w *writer) Close() error {
	defer w.Discard()
	statements := triggers()
	if w.bounds != wkb.NoBounds {
		low, high := w.bounds.Low, w.bounds.High
		statements = append(statements, fmt.Sprintf("UPDATE gpkg_contents SET min_x = %v, min_y = %v, max_x = %v, max_y = %v", low[0], low[1], high[0], high[1]))
	}
	if err := errors.Join(w.closeStatements(), w.Execute(append(statements, "COMMIT")...), w.DB.Close()); err != nil {
		return fmt.Errorf("%s: %w", w.Path, err)
	}
	file, err := os.Open(w.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w.to, file)
	return err
}

func (w *writer) closeStatements() error {
	var errs []error
	for _, s := range []driver.Stmt{w.row, w.index} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	w.row, w.index = nil, nil
	return errors.Join(errs...)
}

// Discard removes the file that SQLite made.
func (w *writer) Discard() {
	_ = w.closeStatements()
	_ = w.DB.Close()
	_ = os.Remove(w.Path)
}

// create makes a new file and begins a transaction. The file is worth nothing before it is whole, so that nothing is done
// for its safety.
func create(path string) (*sqlitefile.DB, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	d, err := sqlitefile.Open(path, url.Values{"_pragma": {"journal_mode(off)", "synchronous(off)", "locking_mode(exclusive)", "cache_size(-16384)"}})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	err = d.Execute(fmt.Sprintf("PRAGMA application_id = %d", applicationID), fmt.Sprintf("PRAGMA user_version = %d", userVersion), "BEGIN")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), d.Close(), os.Remove(path))
	}
	return d, nil
}

func run(s driver.Stmt, values []driver.NamedValue) error {
	if _, err := s.(driver.StmtExecContext).ExecContext(context.Background(), values); err != nil {
		return fmt.Errorf("writing a GeoPackage: %w", err)
	}
	return nil
}
