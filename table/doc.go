// Package table turns the outcomes of a run into files: a table of attributes as CSV, newline-delimited JSON,
// JSON or GeoJSON, a list of what failed and why, and a description that makes the table reproducible and citable. Parquet
// and GeoPackage are a [Format] each of packages of their own, so that others need not compile them.
//
// # Columns
//
// A table has one row per feature, in input order, the failed ones too. The first column is the id, then come the
// properties that were kept, then for every dataset, in the order asked, its value, one column per class of its
// distributions, units, quality and coverage fraction:
//
//	HYBAS_ID, NAME, copernicus_dem_elevation, copernicus_dem_elevation_units, …_quality, …_coverage_fraction
//
// The names come from the dataset ids by [ColumnName], as in the tables of the Python project. Classes are known
// only when all answers are there, so that outcomes may be read twice: a [Source] can be ranged over again, which
// the journal of a run allows. Memory does not grow with the number of features.
//
// # Cells
//
// A null value is an empty cell (null in JSON and Parquet), never 0, and so is a class that a feature does not
// have and everything that failed. Numbers are written in the shortest form that reads back as the same float64.
package table
