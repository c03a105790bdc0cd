package geopackage

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
)

// A layer is a row of gpkg_contents with its row of gpkg_geometry_columns.
type layer struct {
	table, geometry string
	srs             string // of gpkg_geometry_columns
	contents        string // the srs of gpkg_contents
}

// chooseLayer returns the layer that is asked for, and the names of all layers.
func (d *database) chooseLayer(name string) (chosen layer, names []string, err error) {
	var layers []layer
	var others []string
	if has, err := d.has(schemaHas, "gpkg_contents"); err != nil {
		return layer{}, nil, err
	} else if !has {
		return layer{}, nil, fmt.Errorf("%s is an SQLite database, but no GeoPackage: it has no table gpkg_contents: %w", d.Path, format.ErrBroken)
	}
	has, err := d.has(schemaHas, "gpkg_geometry_columns")
	if err != nil {
		return layer{}, nil, err
	}
	if has {
		err = d.each(func(v []driver.Value) {
			layers = append(layers, layer{sqlitefile.Text(v[0]), sqlitefile.Text(v[1]), sqlitefile.Text(v[2]), sqlitefile.Text(v[3])})
			names = append(names, sqlitefile.Text(v[0]))
		}, `SELECT c.table_name, g.column_name, g.srs_id, c.srs_id FROM gpkg_contents c
			LEFT JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name) WHERE lower(c.data_type) = 'features'`)
		if err != nil {
			return layer{}, nil, err
		}
	}
	err = d.each(func(v []driver.Value) { others = append(others, sqlitefile.Text(v[0])+" ("+sqlitefile.Text(v[1])+")") },
		`SELECT table_name, data_type FROM gpkg_contents WHERE lower(data_type) <> 'features'`)
	switch {
	case err != nil:
		return layer{}, nil, err
	case len(layers) == 0 && len(others) > 0:
		return layer{}, nil, fmt.Errorf("%s has no layer with geometries; it has %s", d.Path, strings.Join(others, ", "))
	case len(layers) == 0:
		return layer{}, nil, fmt.Errorf("%s has no layers", d.Path)
	}
	i, err := format.ChooseLayer(d.Path, name, names)
	if err != nil {
		return layer{}, nil, err
	}
	return layers[i], names, nil
}

// referenceSystem returns the reference system of a srs_id, or "" with a warning.
func (d *database) referenceSystem(id string) (crs, warning string, err error) {
	if id == "0" || id == "-1" {
		kind := map[string]string{"0": "geographic", "-1": "Cartesian"}[id]
		return "", fmt.Sprintf("The layer's reference system is undefined (%s, srs_id %s).", kind, id), nil
	}
	const wkt2 = "definition_12_063" // of the extension for WKT as of 2015
	newer, err := d.has(`SELECT 1 FROM pragma_table_info('gpkg_spatial_ref_sys') WHERE name = ?`, wkt2)
	if err != nil {
		return "", "", err
	}
	definitions := "definition"
	if newer {
		definitions = wkt2 + ", definition"
	}
	found := false
	err = d.each(func(v []driver.Value) {
		found = true
		code, bad := strconv.Atoi(sqlitefile.Text(v[1]))
		if strings.EqualFold(sqlitefile.Text(v[0]), "EPSG") && bad == nil && code > 0 {
			crs = "EPSG:" + strconv.Itoa(code)
			return
		}
		for _, definition := range v[2:] {
			if d := strings.TrimSpace(sqlitefile.Text(definition)); crs == "" && !undefined(d) {
				crs = d
			}
		}
	}, "SELECT organization, organization_coordsys_id, "+definitions+" FROM gpkg_spatial_ref_sys WHERE srs_id = CAST(? AS INTEGER)", id)
	switch {
	case err != nil:
		return "", "", err
	case !found:
		warning = fmt.Sprintf("The layer's reference system (srs_id %s) is not among those of the file.", id)
	case crs == "":
		warning = fmt.Sprintf("The layer's reference system (srs_id %s) is undefined.", id)
	}
	return crs, warning, nil
}

// undefined reports whether a definition only says that there is none, in the word of the standard or as GDAL 3.9 and later write it
// (srs_id 99999).
func undefined(definition string) bool {
	return strings.EqualFold(definition, "undefined") || strings.HasPrefix(definition, `LOCAL_CS["Undefined SRS"`) ||
		strings.HasPrefix(definition, `ENGCRS["Undefined SRS"`)
}

// A column is a column of a table or view.
type column struct {
	name, declared string
	integerKey     bool // INTEGER PRIMARY KEY, which is SQLite's row number
}

// columns returns the columns of a table. numbered means that SQLite numbers its rows: it is neither a view nor WITHOUT ROWID.
func (d *database) columns(table string) (all []column, numbered bool, err error) {
	keys := 0
	err = d.each(func(v []driver.Value) {
		key := sqlitefile.Text(v[2]) != "0"
		if key {
			keys++
		}
		all = append(all, column{name: sqlitefile.Text(v[0]), declared: sqlitefile.Text(v[1]), integerKey: key && strings.EqualFold(sqlitefile.Text(v[1]), "INTEGER")})
	}, `SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1`, table)
	if err != nil {
		return nil, false, err
	}
	err = d.each(func(v []driver.Value) { numbered = sqlitefile.Text(v[0]) == "table" && sqlitefile.Text(v[1]) == "0" },
		`SELECT type, wr FROM pragma_table_list(?) WHERE schema = 'main'`, table)
	for i := range all {
		all[i].integerKey = all[i].integerKey && keys == 1 && numbered
	}
	return all, numbered, err
}

// storedCount returns the number of features that GDAL's triggers keep, or -1.
func (d *database) storedCount(table string) (n int, err error) {
	n = -1
	if has, err := d.has(schemaHas, "gpkg_ogr_contents"); err != nil || !has {
		return n, err
	}
	err = d.each(func(v []driver.Value) {
		if count, ok := v[0].(int64); ok && count >= 0 {
			n = int(count)
		}
	}, `SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)`, table)
	return n, err
}

// leftBeside warns of changes that lie in files beside the database and are not read.
func (d *database) leftBeside() (warnings []string) {
	for _, ending := range []string{"-wal", "-journal"} {
		if beside := d.Path + ending; isFilled(beside) && beside != d.log {
			warnings = append(warnings, fmt.Sprintf("%s lies beside the file: the changes in it are not read. "+
				"Close the program that has the file open, such as QGIS, or that was stopped while it wrote, by opening and closing it there.", beside))
		}
	}
	return warnings
}
