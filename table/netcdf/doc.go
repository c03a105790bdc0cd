// Package netcdf writes tables of package table as NetCDF in the classic format, which every NetCDF library reads: CDF-2, and CDF-5
// where a variable is larger than 2 GiB.
//
// # Contents
//
// The file follows the conventions CF-1.8. Its dimension is hru, with one place for each row, in the order of the table:
//
//	char   id(hru, strlen)                    cf_role = "timeseries_id"
//	double dem_elevation(hru)                 units of the service, _FillValue = NaN
//	byte   dem_elevation_quality(hru)         flag_values, flag_meanings
//	double dem_elevation_coverage_fraction(hru)
//	double lc_cover_class_fraction(hru, lc_cover_class)
//	char   lc_cover_class_name(lc_cover_class, lc_cover_class_strlen)
//
// A table of several periods has the dimension time. Variables that change over time have it behind hru; their names do not have the period:
//
//	double time(time)                         start of each period, days since 1970-01-01
//	double time_bnds(time, nv)                both ends; a period to the last second of a day ends with the day
//	double era5_t(hru, time)
//	double lc_cover_class_fraction(hru, time, lc_cover_class)
//
// Variables are named as the columns of the table; the classes of a dataset share one variable. Units are an attribute, or a variable if
// they differ between features. Kept properties are int, double or byte (0, 1) if all their values allow it, and char otherwise. Text is
// UTF-8, filled up with NUL.
//
// # Memory
//
// A file begins with the lengths and has one variable after the other. So the rows are stored in a temporary file beside the output, in
// blocks of columns, until [table.RowWriter.Close]. Memory is that of one block, about 4 MB, whatever the number of rows.
//
// Source of the format: https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html, and of the conventions:
// https://cfconventions.org/Data/cf-conventions/cf-conventions-1.8/cf-conventions.html.
package netcdf
