// Package parquet writes tables of package table as Parquet, and as GeoParquet with the geometries of the input.
//
// Ids and other text are UTF-8 strings, values, class shares and coverage fractions are doubles; all but
// the id may be null. Kept properties are int64, double or boolean where all their values are, and strings otherwise. Pages are compressed by zstd. Columns are in the order of the table; a dot in a property's name,
// which many readers take for nesting, becomes an underscore in its column's.
//
// # GeoParquet
//
// With [Format.Geo] the last column is geometry: WKB as of ISO, in longitude and latitude on WGS 84 (OGC:CRS84, the
// default of GeoParquet 1.1), z values kept where every position of a geometry has one. It is null where a feature has
// no geometry that a reader could make sense of: none at all, an unclosed ring, projected coordinates and the like. The
// list of failures says which.
package parquet
