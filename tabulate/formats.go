package tabulate

// The formats whose libraries are too heavy for every importer of package features.
import (
	_ "github.com/community-attribute-service/cas-go/features/geopackage"
	_ "github.com/community-attribute-service/cas-go/features/geoparquet"
)
