package names

import "strings"

// spellings are the words that are not spelt with just a capital: initialisms, and names by their owners' capitals.
var spellings = func() map[string]string {
	table := make(map[string]string)
	for word := range strings.FieldsSeq(initialisms) {
		table[strings.ToLower(word)] = word
	}
	for word := range strings.FieldsSeq(properNames) {
		table[strings.ToLower(word)] = word
	}
	return table
}()

const initialisms = `
	AAFC AET AHN ALOS AR ASTER AWC AWS
	BB BD BDOD BGS BII
	CCAP CCI CDL CEC CFVO CORINE CRS
	DEA DEM DEP DGM DSM DTM
	EEA ESA ETOPO EU
	FC FGP FNF
	GAP GDEM GEBCO GHSL GLHYMPS GNATSGO GSI GSW GW
	HB HGB HRDEM HREA HSG
	IO ISRIC
	JRC
	LC LCMAP LULC
	MDT MERIT MODIS MS MTBS MV
	NASADEM NDVI NED NHD NLCD NOAA NRW
	OC OCD OCS OM
	PDSI PET PH POLARIS
	REMA REST
	SOC SPZ SRTM SSURGO
	TK
	UK US USDA USGS
	VPD
	WBD WC WRB WV`

const properNames = `
	ArcticDEM HydroBASINS HydroLAKES HydroRIVERS LiDAR LossYear MapBiomas MoBI NRCan OpenLandMap OpenTopography PHH2O SoilGrids
	TanDEM TerraClimate TMax TMin TreeCover2000 WetDry WorldCover
	cm kPa`
