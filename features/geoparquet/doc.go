// Package geoparquet reads Parquet files for package features: GeoParquet 1.0 and 1.1 with geometries as WKB, the Parquet types
// GEOMETRY and GEOGRAPHY, and plain tables with columns of longitude and latitude. A program only has to import it:
//
//	import _ "github.com/community-attribute-service/cas-go/features/geoparquet"
//
// It compiles parquet-go; this is why package features does not import it.
//
// Row groups are read one after the other, page by page, and of each only the columns that are wanted. Columns at the top level are
// properties; lists, maps and structs are left out, with a warning. Integers keep every digit, floats have their shortest exact form,
// decimals, dates and times are texts, and NaN is null.
//
// Most writers of Parquet keep no checksums. A file that is cut or whose structure is damaged is an error; a value that was changed
// without damage to its page is not noticed.
package geoparquet
