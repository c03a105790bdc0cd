// Package geoparquet reads Parquet files for package features: GeoParquet 1.0 and 1.1 with geometries as WKB, the Parquet types
// GEOMETRY and GEOGRAPHY, and plain tables with columns of longitudes and latitudes. Importing it is all:
//
//	import _ "github.com/community-attribute-service/cas-go/features/geoparquet"
//
// It brings parquet-go along, which is why importers of package features do not compile it.
//
// Row groups are read one after the other, of them only the columns that are wanted, page by page. Columns of one level are
// properties; lists, maps and structs are left out, with a warning. Integers keep every digit, floats are in their shortest
// exact form, decimals, dates and times are texts, NaN is null.
//
// Most writers of Parquet keep no checksums. A file that is cut or whose structure is damaged is an error; a value that was
// changed without damage to its page is not noticed.
package geoparquet
