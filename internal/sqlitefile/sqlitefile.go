// Package sqlitefile opens files of SQLite. It is the only importer of modernc.org/sqlite, SQLite translated to Go, and takes its
// driver as it is: database/sql's pool and conversions are of no use for a file that one reader or writer goes through once.
package sqlitefile

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// Signature is what a file of SQLite begins with.
const Signature = "SQLite format 3\x00"

// A DB is one connection. It is not safe for concurrent use.
type DB struct {
	driver.Conn
	Path string
}

// Open connects to a file. Options are those of SQLite's URIs, such as mode, and _pragma. SQLite looks at the file itself with
// the first statement.
func Open(path string, options url.Values) (*DB, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(whole)
	if !strings.HasPrefix(slashed, "/") { // a drive of Windows
		slashed = "/" + slashed
	}
	name := url.URL{Scheme: "file", Path: slashed, RawQuery: options.Encode()}
	conn, err := (&sqlite.Driver{}).Open(name.String())
	if err != nil {
		return nil, err
	}
	return &DB{conn, path}, nil
}

// OpenReadOnly connects to a file that nobody changes meanwhile: SQLite makes no file beside it, and looks at none.
func OpenReadOnly(path string) (*DB, error) { return openAs(path, "immutable") }

// OpenWithLog connects to a file whose last changes are in its write-ahead log, as a program has it open or left it. SQLite makes no file
// and changes none; it needs both files that belong to the log.
func OpenWithLog(path string) (*DB, error) { return openAs(path, "readonly_shm") }

func openAs(path, kind string) (*DB, error) {
	return Open(path, url.Values{
		"mode": {"ro"}, kind: {"1"},
		// Views of a strange file may call no function that does more than compute, and pages are looked at with more care.
		"_pragma": {"trusted_schema(0)", "cell_size_check(1)"},
	})
}

// Close may be called again.
func (d *DB) Close() error {
	if d.Conn == nil {
		return nil
	}
	err := d.Conn.Close()
	d.Conn = nil
	return err
}

// Query runs a statement that gives rows.
func (d *DB) Query(sql string, arguments ...string) (driver.Rows, error) {
	named := make([]driver.NamedValue, len(arguments))
	for i, a := range arguments {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return d.Conn.(driver.QueryerContext).QueryContext(context.Background(), sql, named)
}

// Each calls row with the values of every row. They are valid until it returns.
func (d *DB) Each(row func([]driver.Value), sql string, arguments ...string) error {
	rows, err := d.Query(sql, arguments...)
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
			return err
		}
		row(values)
	}
}

// Execute runs statements that give no rows.
func (d *DB) Execute(statements ...string) error {
	for _, s := range statements {
		if _, err := d.Conn.(driver.ExecerContext).ExecContext(context.Background(), s, nil); err != nil {
			return err
		}
	}
	return nil
}

// Result codes of SQLite that tell of a damaged file.
const (
	ioErr   = 10
	corrupt = 11
	notADB  = 26
)

// Damaged reports whether an error says that the file is damaged or none of SQLite's.
func Damaged(err error) bool {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return false
	}
	code := failed.Code() & 0xff
	return code == ioErr || code == corrupt || code == notADB
}

// Text is a value as text, for columns whose type nothing enforces. NULL is empty.
func Text(v driver.Value) string {
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

// Quoted is a name in SQL.
func Quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
