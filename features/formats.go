package features

// The formats that every importer of this package has: their readers need nothing but the standard library and text encodings.
import (
	_ "github.com/community-attribute-service/cas-go/features/ogr"
	_ "github.com/community-attribute-service/cas-go/features/points"
	_ "github.com/community-attribute-service/cas-go/features/shapefile"
)
