// Package table writes the outcomes of a run to files: a table of attributes as CSV, newline-delimited JSON, JSON or GeoJSON, a list of
// what failed and why, and a description that makes the table reproducible and citable. Parquet, GeoPackage and NetCDF have their own
// packages, so that other programs need not compile them.
//
// # Columns
//
// A table has one row for each feature, in input order, including failed ones. The first column is the id. The kept properties follow.
// Then each dataset, in the order of the request, has its value, one column for each class of its distributions, units, quality and
// coverage fraction:
//
//	HYBAS_ID, NAME, copernicus_dem_elevation, copernicus_dem_elevation_units, …_quality, …_coverage_fraction
//
// [ColumnName] makes the names from the dataset ids, as in the tables of the Python project. The classes are known only when all
// answers are there, so Write may read the outcomes twice: a [Source] can be ranged over again, which the journal of a run allows.
// Memory does not grow with the number of features.
//
// # Cells
//
// A null value is an empty cell (null in JSON and Parquet), never 0. So is a class that a feature does not have, and everything that
// failed. Numbers have the shortest form that reads back as the same float64.
package table
