package castest

import (
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/wire"
)

// The providers that a Server begins with: that of the elevation model, and those which the guide to the Python SDK names, with the
// names and metadata that the service 0.4.0 has for them.

const stac = "https://planetarycomputer.microsoft.com/api/stac/v1"

var knownProviders = []cas.ProviderSummary{
	{Slug: "local_dem", Name: "Local Jacksboro fault DEM", Protocol: "rest", BaseURL: "http://localhost/dem"},
	{Slug: "copernicus_dem", Name: "Copernicus DEM GLO-30", Protocol: "stac_cog", BaseURL: stac},
	{Slug: "esa_worldcover", Name: "ESA WorldCover 10m", Protocol: "stac_cog", BaseURL: stac},
	{Slug: "isric_soilgrids", Name: "ISRIC SoilGrids 2.0", Protocol: "rest", BaseURL: "https://rest.isric.org"},
	{Slug: "modis_lc", Name: "MODIS MCD12Q1 500m", Protocol: "rest", BaseURL: "https://appeears.earthdatacloud.nasa.gov/api"},
}

// knownDatasets are their datasets, in the order of the catalog.
func knownDatasets() []Dataset {
	elevation := localDEM("elevation", groundElevation())
	slope := localDEM("slope_class", cas.Variable{
		Name: "slope_class", Units: "class", DataType: gen.DataTypeCategorical, ValidRange: &cas.Range{0, 5},
	})
	slope.Temporal = cas.TemporalExtent{Start: stamp("2000-02-11T00:00:00"), End: stamp("2000-02-22T00:00:00"), TemporalType: cas.TemporalStatic}
	daily := localDEM("elevation_daily", groundElevation())
	daily.Temporal = cas.TemporalExtent{Start: stamp("2000-01-01T00:00:00Z"), TemporalType: cas.TemporalDaily}

	copernicus := Dataset{Dataset: cas.Dataset{
		ID: "copernicus_dem:elevation", Name: "Copernicus DEM GLO-30 Elevation",
		Description: "Global 30m digital elevation model from Copernicus",
		Variables:   []cas.Variable{{Name: "elevation", Units: "m", DataType: gen.DataTypeContinuous, ValidRange: &cas.Range{-500, 9000}}},
		ResolutionM: 30, Protocol: gen.ProtocolStacCog, License: "Open", Citation: "Copernicus DEM GLO-30, European Space Agency",
	}}
	elevation.model, slope.model, daily.model, copernicus.model = meanElevation, slopeShares, dailyElevation, meanElevation
	return []Dataset{elevation, slope, daily, copernicus, withoutData(cas.Dataset{
		ID: "esa_worldcover:land_cover", Name: "ESA WorldCover 10m Land Cover",
		Description: "Global 10m land cover classification (2021)",
		Variables:   []cas.Variable{landCover("ESA WorldCover land cover classification")},
		ResolutionM: 10, BBox: cas.BoundingBox{MinLon: -180, MinLat: -60, MaxLon: 180, MaxLat: 84},
		Temporal: cas.TemporalExtent{TemporalType: cas.TemporalAnnual},
		Protocol: gen.ProtocolStacCog, License: "CC-BY-4.0", Citation: "ESA WorldCover 2021",
	}), withoutData(cas.Dataset{
		ID: "isric_soilgrids:clay_0-5cm", Name: "SoilGrids clay at 0-5cm",
		Description: "Global 250m clay (g/kg) at depth 0-5cm",
		Variables:   []cas.Variable{{Name: "clay", Units: "g/kg", DataType: gen.DataTypeContinuous, ValidRange: &cas.Range{0, 1000}}},
		ResolutionM: 250, BBox: cas.BoundingBox{MinLon: -180, MinLat: -56, MaxLon: 180, MaxLat: 84},
		License: "CC-BY-4.0", Citation: "Poggio et al. 2021, SoilGrids 2.0",
	}), withoutData(cas.Dataset{
		ID: "modis_lc:land_cover", Name: "MODIS MCD12Q1 500m Land Cover",
		Description: "Global 500m annual land cover (IGBP, 2001-present)",
		Variables:   []cas.Variable{landCover("IGBP land cover classification (17 classes)")},
		ResolutionM: 500, Temporal: cas.TemporalExtent{TemporalType: cas.TemporalAnnual},
		License: "Open (NASA)", Citation: "Friedl et al., MODIS MCD12Q1 v6.1",
	})}
}

func localDEM(name string, variable cas.Variable) Dataset {
	west, south, east, north := elevationModel().Bounds()
	return Dataset{Dataset: cas.Dataset{
		ID: "local_dem:" + name, Name: "Jacksboro fault " + name, Description: "USGS DEM shipped with matplotlib",
		Variables: []cas.Variable{variable}, ResolutionM: 92.66,
		BBox:    cas.BoundingBox{MinLon: west, MinLat: south, MaxLon: east, MaxLat: north},
		License: "Public domain", Citation: "U.S. Geological Survey",
	}}
}

func groundElevation() cas.Variable {
	nodata := -32768.0
	return cas.Variable{
		Name: "elevation", Units: "m", Description: "Ground elevation", DataType: gen.DataTypeContinuous,
		NodataValue: &nodata, ValidRange: &cas.Range{-500, 9000},
	}
}

func landCover(description string) cas.Variable {
	return cas.Variable{Name: "land_cover", Units: "class", Description: description, DataType: gen.DataTypeCategorical}
}

// withoutData is a dataset of which a Server has the metadata only.
func withoutData(metadata cas.Dataset) Dataset {
	return Dataset{Dataset: metadata, model: func(*place, Query) (cas.AttributeResult, error) {
		return cas.AttributeResult{}, ProviderError("castest has no data for " + metadata.ID + ": give it values with castest.WithDatasets")
	}}
}

func stamp(text string) *cas.Timestamp {
	t, err := wire.ParseTimestamp(text)
	if err != nil {
		panic(err)
	}
	return &t
}
