package geopackage

import (
	"strings"

	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
	"github.com/community-attribute-service/cas-go/table"
)

const (
	applicationID = 0x47504B47 // GPKG
	userVersion   = 10300      // 1.3.0
	srsID         = 4326
	epoch         = "1970-01-01T00:00:00.000Z"
)

const wgs84 = `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],` +
	`PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],` +
	`AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]`

// begin returns the statements before the rows: the tables of the standard's annex C, and the layer.
func begin(columns []table.Column, names []string) []string {
	layer := []string{
		rowColumn + " INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
		GeometryColumn + " GEOMETRY",
	}
	for i, c := range columns {
		kind := " TEXT"
		switch {
		case c.Numeric() || c.Type == table.TypeDouble:
			kind = " DOUBLE"
		case c.Type == table.TypeInt64:
			kind = " INTEGER"
		case c.Type == table.TypeBoolean:
			kind = " BOOLEAN"
		}
		layer = append(layer, sqlitefile.Quoted(names[i])+kind)
	}
	return []string{
		`CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
			organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)`,
		`INSERT INTO gpkg_spatial_ref_sys VALUES
			('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
			('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
			('WGS 84 geodetic', 4326, 'EPSG', 4326, '` + wgs84 + `', 'longitude and latitude in degrees on WGS 84')`,
		`CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
			last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
			srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))`,
		`CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
			z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
			CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
			CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))`,
		`CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
			CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))`,
		`INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) VALUES ('attributes', 'features', 'attributes', '` + epoch + `', 4326)`,
		`INSERT INTO gpkg_geometry_columns VALUES ('attributes', 'geom', 'GEOMETRY', 4326, 2, 0)`, // z is optional
		`INSERT INTO gpkg_extensions VALUES ('attributes', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')`,
		`CREATE TABLE attributes (` + strings.Join(layer, ", ") + `)`,
		`CREATE VIRTUAL TABLE rtree_attributes_geom USING rtree(id, minx, maxx, miny, maxy)`,
	}
}

// triggers returns the triggers that keep the R-tree up to date when another program changes the table, as in the extension of versions 1.3
// and 1.4. That program has to provide the functions ST_….
func triggers() []string {
	bounds := func(row string) string {
		g := row + `."geom"`
		return `ST_MinX(` + g + `), ST_MaxX(` + g + `), ST_MinY(` + g + `), ST_MaxY(` + g + `)`
	}
	const (
		there    = `(NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))`
		gone     = `(NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))`
		wasThere = `(OLD."geom" NOTNULL AND NOT ST_IsEmpty(OLD."geom"))`
		wasGone  = `(OLD."geom" ISNULL OR ST_IsEmpty(OLD."geom"))`
		index    = `"rtree_attributes_geom"`
		drop     = `DELETE FROM ` + index + ` WHERE id = OLD."ogc_fid"; `
		same     = `OLD."ogc_fid" = NEW."ogc_fid"`
		differ   = `OLD."ogc_fid" != NEW."ogc_fid"`
	)
	put := `INSERT OR REPLACE INTO ` + index + ` VALUES (NEW."ogc_fid", ` + bounds("NEW") + `); `
	move := `UPDATE ` + index + ` SET minx = ST_MinX(NEW."geom"), maxx = ST_MaxX(NEW."geom"), miny = ST_MinY(NEW."geom"), maxy = ST_MaxY(NEW."geom")
		WHERE id = NEW."ogc_fid"; `
	trigger := func(name, event, when, do string) string {
		return `CREATE TRIGGER "rtree_attributes_geom_` + name + `" AFTER ` + event + ` ON "attributes" WHEN ` + when + ` BEGIN ` + do + `END`
	}
	return []string{
		trigger("insert", "INSERT", there, put),
		trigger("update6", `UPDATE OF "geom"`, same+" AND "+there+" AND "+wasThere, move),
		trigger("update7", `UPDATE OF "geom"`, same+" AND "+there+" AND "+wasGone, put),
		trigger("update2", `UPDATE OF "geom"`, same+" AND "+gone, drop),
		trigger("update5", "UPDATE", differ+" AND "+there, drop+put),
		trigger("update4", "UPDATE", differ+" AND "+gone, `DELETE FROM `+index+` WHERE id IN (OLD."ogc_fid", NEW."ogc_fid"); `),
		trigger("delete", "DELETE", `OLD."geom" NOT NULL`, drop),
	}
}
