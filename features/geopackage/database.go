package geopackage

import (
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
)

// applicationID is the offset in SQLite's header of the kind of database: GPKG since version 1.2 of the standard, GP10 and GP11 before.
const applicationID = 68

func detect(head []byte) bool {
	return len(head) >= applicationID+4 && strings.HasPrefix(string(head), sqlitefile.Signature) &&
		slices.Contains([]string{"GPKG", "GP10", "GP11"}, string(head[applicationID:applicationID+4]))
}

// A database is a file whose errors have its name.
type database struct {
	*sqlitefile.DB
	log string // the write-ahead log that is also read; "" if there is none
}

// connect opens the file read-only. SQLite reads it with the first query.
func connect(path string) (*database, error) {
	if err := checkHead(path); err != nil {
		return nil, err
	}
	if isFilled(path+"-wal") && isFilled(path+"-shm") {
		if db, err := sqlitefile.OpenWithLog(path); err == nil {
			if err := db.Each(func([]driver.Value) {}, "SELECT 1 FROM sqlite_schema LIMIT 1"); err == nil {
				return &database{db, path + "-wal"}, nil
			}
			_ = db.Close() // leftBeside warns of the log
		}
	}
	db, err := sqlitefile.OpenReadOnly(path)
	if err != nil {
		return nil, broken(path, err)
	}
	return &database{DB: db}, nil
}

func isFilled(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// checkHead refuses a file that is missing, empty or of another kind, which SQLite would not say.
func checkHead(path string) error {
	head, err := format.Head(path)
	switch {
	case err != nil:
		return err
	case len(head) == 0:
		return fmt.Errorf("%s is empty: %w", path, format.ErrBroken)
	case !strings.HasPrefix(string(head), sqlitefile.Signature):
		return fmt.Errorf("%s is no GeoPackage, or an encrypted one: it does not begin with %q: %w", path, "SQLite format 3", format.ErrBroken)
	}
	return nil
}

// broken adds the name of the file to an error of SQLite, and what to do if the file is damaged.
func broken(path string, err error) error {
	if sqlitefile.Damaged(err) {
		return fmt.Errorf("%s: %w: %w; was it copied whole? `ogr2ogr new.gpkg %s` saves what can be read", path, format.ErrBroken, err, filepath.Base(path))
	}
	return fmt.Errorf("%s: %w", path, err)
}

// query runs a SELECT. It returns the errors of broken.
func (d *database) query(sql string, arguments ...string) (driver.Rows, error) {
	rows, err := d.Query(sql, arguments...)
	if err != nil {
		return nil, broken(d.Path, err)
	}
	return rows, nil
}

// each calls row with the values of every row. It returns the errors of broken.
func (d *database) each(row func([]driver.Value), sql string, arguments ...string) error {
	if err := d.Each(row, sql, arguments...); err != nil {
		return broken(d.Path, err)
	}
	return nil
}

// schemaHas finds a table or view by its name.
const schemaHas = `SELECT 1 FROM sqlite_schema WHERE lower(name) = ?`

// has reports whether a query has a row.
func (d *database) has(sql string, arguments ...string) (found bool, err error) {
	err = d.each(func([]driver.Value) { found = true }, sql, arguments...)
	return found, err
}
