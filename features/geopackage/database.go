package geopackage

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

const signature = "SQLite format 3\x00"

// applicationID is where SQLite's header says which kind of database it is: GPKG since version 1.2, before GP10 and GP11.
const applicationID = 68

func detect(head []byte) bool {
	if len(head) < applicationID+4 || !strings.HasPrefix(string(head), signature) {
		return false
	}
	id := string(head[applicationID : applicationID+4])
	return id == "GPKG" || id == "GP10" || id == "GP11"
}

// A database is one connection. It is used without database/sql, whose pool and conversions are of no use here.
type database struct {
	driver.Conn
	path string
}

// connect opens the file read-only. SQLite itself looks at it with the first query.
func connect(path string) (*database, error) {
	if err := checkHead(path); err != nil {
		return nil, err
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(whole)
	if !strings.HasPrefix(slashed, "/") { // a drive of Windows
		slashed = "/" + slashed
	}
	name := url.URL{Scheme: "file", Path: slashed, RawQuery: url.Values{
		"mode": {"ro"}, "immutable": {"1"},
		// Views of a strange file may not call functions that do more than compute; every page is looked at with more care.
		"_pragma": {"trusted_schema(0)", "cell_size_check(1)"},
	}.Encode()}
	conn, err := (&sqlite.Driver{}).Open(name.String())
	if err != nil {
		return nil, broken(path, err)
	}
	return &database{conn, path}, nil
}

// checkHead tells what SQLite would not: that a file is absent, empty or of another kind.
func checkHead(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, len(signature))
	n, err := io.ReadFull(file, head)
	switch {
	case n == 0 && err == io.EOF:
		return fmt.Errorf("%s is empty: %w", path, format.ErrBroken)
	case err != nil && err != io.ErrUnexpectedEOF:
		return err
	case string(head[:n]) != signature:
		return fmt.Errorf("%s is no GeoPackage, or an encrypted one: it does not begin with %q: %w", path, signature[:15], format.ErrBroken)
	}
	return nil
}

// Result codes of SQLite that tell of a damaged file.
const (
	sqliteIOErr   = 10
	sqliteCorrupt = 11
	sqliteNotADB  = 26
)

// broken says what SQLite says, and what to do if the file is to blame.
func broken(path string, err error) error {
	var failed *sqlite.Error
	if errors.As(err, &failed) {
		switch failed.Code() & 0xff {
		case sqliteIOErr, sqliteCorrupt, sqliteNotADB:
			return fmt.Errorf("%s: %w: %w; was it copied whole? `ogr2ogr new.gpkg %s` saves what can be read", path, format.ErrBroken, err, filepath.Base(path))
		}
	}
	return fmt.Errorf("%s: %w", path, err)
}

// query runs a SELECT. Errors are those of broken.
func (d *database) query(sql string, arguments ...string) (driver.Rows, error) {
	named := make([]driver.NamedValue, len(arguments))
	for i, a := range arguments {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	rows, err := d.Conn.(driver.QueryerContext).QueryContext(context.Background(), sql, named)
	if err != nil {
		return nil, broken(d.path, err)
	}
	return rows, nil
}

// each calls row with the values of every row.
func (d *database) each(row func([]driver.Value), sql string, arguments ...string) error {
	rows, err := d.query(sql, arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(values); {
		case err == io.EOF:
			return nil
		case err != nil:
			return broken(d.path, err)
		}
		row(values)
	}
}

// text is a value of a column whose type nothing enforces.
func text(v driver.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	default:
		return fmt.Sprint(v)
	}
}

// quoted is a name in SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
