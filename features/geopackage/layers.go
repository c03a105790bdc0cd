package geopackage

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
)

// A layer is a row of gpkg_contents with its row of gpkg_geometry_columns.
type layer struct {
	table, geometry, srs string
	contents             string // srs of the first
}

// chooseLayer finds the layer that is asked for, and the names of all.
func (d *database) chooseLayer(name string) (chosen layer, names []string, err error) {
	var layers []layer
	var others []string
	has := map[string]bool{}
	err = d.each(func(v []driver.Value) { has[strings.ToLower(sqlitefile.Text(v[0]))] = true }, `SELECT name FROM sqlite_schema WHERE name LIKE 'gpkg\_%' ESCAPE '\'`)
	if err != nil {
		return layer{}, nil, err
	}
	if !has["gpkg_contents"] {
		return layer{}, nil, fmt.Errorf("%s is an SQLite database, but no GeoPackage: it has no table gpkg_contents: %w", d.Path, format.ErrBroken)
	}
	if has["gpkg_geometry_columns"] {
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
	i := slices.Index(names, name)
	if name == "" && len(layers) == 1 {
		i = 0
	}
	if i < 0 {
		return layer{}, nil, &format.LayerError{Path: d.Path, Asked: name, Layers: names}
	}
	return layers[i], names, nil
}

// referenceSystem is the system of a srs_id, or "" and what to say about it.
func (d *database) referenceSystem(id string) (crs, warning string, err error) {
	if id == "0" || id == "-1" {
		kind := map[string]string{"0": "geographic", "-1": "Cartesian"}[id]
		return "", fmt.Sprintf("The layer's reference system is undefined (%s, srs_id %s).", kind, id), nil
	}
	newer := false // the extension of 12-063, WKT as of 2015
	err = d.each(func([]driver.Value) { newer = true },
		`SELECT 1 FROM pragma_table_info('gpkg_spatial_ref_sys') WHERE name = 'definition_12_063'`)
	if err != nil {
		return "", "", err
	}
	definitions := "definition"
	if newer {
		definitions = "definition_12_063, definition"
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

// undefined reports whether a definition says no more than that there is none: in the standard's word, or in those of GDAL
// 3.9 and later (srs_id 99999).
func undefined(definition string) bool {
	return strings.EqualFold(definition, "undefined") || strings.HasPrefix(definition, `LOCAL_CS["Undefined SRS"`) ||
		strings.HasPrefix(definition, `ENGCRS["Undefined SRS"`)
}

// A column is one of a table or view.
type column struct {
	name, declared string
	integerKey     bool // INTEGER PRIMARY KEY, which is SQLite's row number
}

// columns are those of a table, and whether it is one whose rows SQLite numbers: no view, nor WITHOUT ROWID.
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

// storedCount is the number of features that GDAL's triggers keep, or -1.
func (d *database) storedCount(table string) (n int, err error) {
	n = -1
	has := false
	err = d.each(func([]driver.Value) { has = true }, `SELECT 1 FROM sqlite_schema WHERE name = 'gpkg_ogr_contents'`)
	if err != nil || !has {
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
