package features

// Formats that every program reads. They need nothing but this module and golang.org/x/text.
import (
	_ "github.com/community-attribute-service/cas-go/features/ogr"
	_ "github.com/community-attribute-service/cas-go/features/points"
	_ "github.com/community-attribute-service/cas-go/features/shapefile"
)
