package names

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDataset(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"copernicus_dem:elevation":        "CopernicusDEMElevation",
		"isric_soilgrids:clay_100-200cm":  "ISRICSoilGridsClay100To200cm",
		"isric_soilgrids:wv0010_0-5cm":    "ISRICSoilGridsWV0010_0To5cm",
		"gnatsgo:aws0_5":                  "GNATSGOAWS0To5",
		"openlandmap:wc_33kpa":            "OpenLandMapWC33kPa",
		"opentopography:EU_DTM":           "OpenTopographyEUDTM",
		"opentopography:SRTMGL1":          "OpenTopographySRTMGL1",
		"usgs_3dep:elevation":             "USGS3DEPElevation",
		"io_lulc_9class:land_cover":       "IOLULC9ClassLandCover",
		"isric_soilgrids:phh2o_0-5cm":     "ISRICSoilGridsPHH2O0To5cm",
		"netherlands_natura2000:a.b":      "NetherlandsNatura2000AB",
		"etopo_2022:30m":                  "ETOPO2022_30M",
		"hansen_forest:treecover2000":     "HansenForestTreeCover2000",
		"canopy_height:canopy_height":     "CanopyHeightCanopyHeight",
		"merit_hydro:elevation_adjusted":  "MERITHydroElevationAdjusted",
		"dea_africa_ndvi:ndvi":            "DEAAfricaNDVINDVI",
		"soilgrids_derived:wrb_class":     "SoilGridsDerivedWRBClass",
		"ireland_gw_vulnerability:straße": "IrelandGWVulnerabilityStraße",
	} {
		assert.Equal(t, want, Dataset(id), id)
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	for slug, want := range map[string]string{
		"copernicus_dem": "ProviderCopernicusDEM",
		"usgs_3dep":      "ProviderUSGS3DEP",
		"tandem_x":       "ProviderTanDEMX",
	} {
		assert.Equal(t, want, Provider(slug), slug)
	}
}
