package geopackage

import (
	"database/sql/driver"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
)

// applicationID is where SQLite's header says which kind of database it is: GPKG since version 1.2, before GP10 and GP11.
const applicationID = 68

func detect(head []byte) bool {
	if len(head) < applicationID+4 || !strings.HasPrefix(string(head), sqlitefile.Signature) {
		return false
	}
	id := string(head[applicationID : applicationID+4])
	return id == "GPKG" || id == "GP10" || id == "GP11"
}

// A database is a file with errors that say which.
type database struct {
	*sqlitefile.DB
	log string // the write-ahead log that is read too; "" is none
}

// connect opens the file read-only. SQLite itself looks at it with the first query.
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

// checkHead tells what SQLite would not: that a file is absent, empty or of another kind.
func checkHead(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, len(sqlitefile.Signature))
	n, err := io.ReadFull(file, head)
	switch {
	case n == 0 && err == io.EOF:
		return fmt.Errorf("%s is empty: %w", path, format.ErrBroken)
	case err != nil && err != io.ErrUnexpectedEOF:
		return err
	case string(head[:n]) != sqlitefile.Signature:
		return fmt.Errorf("%s is no GeoPackage, or an encrypted one: it does not begin with %q: %w", path, "SQLite format 3", format.ErrBroken)
	}
	return nil
}

// broken says what SQLite says, and what to do if the file is to blame.
func broken(path string, err error) error {
	if sqlitefile.Damaged(err) {
		return fmt.Errorf("%s: %w: %w; was it copied whole? `ogr2ogr new.gpkg %s` saves what can be read", path, format.ErrBroken, err, filepath.Base(path))
	}
	return fmt.Errorf("%s: %w", path, err)
}

// query runs a SELECT. Errors are those of broken.
func (d *database) query(sql string, arguments ...string) (driver.Rows, error) {
	rows, err := d.Query(sql, arguments...)
	if err != nil {
		return nil, broken(d.Path, err)
	}
	return rows, nil
}

// each calls row with the values of every row. Errors are those of broken.
func (d *database) each(row func([]driver.Value), sql string, arguments ...string) error {
	if err := d.Each(row, sql, arguments...); err != nil {
		return broken(d.Path, err)
	}
	return nil
}
