// Package parquet writes tables of package table as Parquet, and as GeoParquet with the geometries of the input.
//
// Columns are in the order of the table. Ids and other text are UTF-8 strings; values, class shares and coverage fractions are doubles; all
// but the id may be null. Kept properties are int64, double or boolean if all their values are, and strings otherwise. Pages are compressed
// by zstd. A dot in the name of a property, which many readers take for nesting, becomes an underscore in the name of its column.
//
// # GeoParquet
//
// With [Format.Geo] the last column is geometry: ISO WKB in longitude and latitude on WGS 84 (OGC:CRS84, the default of GeoParquet 1.1),
// with z values if every position of a geometry has one. It is null if [table.Row.Geometry] has no geometry: there is none, a ring is not
// closed, the coordinates are projected and the like. The list of failures says which features these are.
package parquet
