package crs_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/crs"
)

func parse(t testing.TB, text string) *crs.System {
	t.Helper()
	s, err := crs.Parse(text)
	require.NoError(t, err)
	return s
}

// near is a position within a tolerance in degrees.
func near(t *testing.T, s *crs.System, x, y, lon, lat, tolerance float64) {
	t.Helper()
	gotLon, gotLat, err := s.LonLat(x, y)
	require.NoError(t, err)
	assert.InDelta(t, lon, gotLon, tolerance)
	assert.InDelta(t, lat, gotLat, tolerance)
}

// TestWorkedExamples compares the methods with the worked examples of IOGP Guidance Note 7-2 and Snyder.
func TestWorkedExamples(t *testing.T) {
	// Guidance Note 7-2, 3.1.1.1: ETRS89 / LAEA Europe.
	near(t, parse(t, "EPSG:3035"), 3962799.45, 2999718.85, 5, 50, 1e-7)
	// 3.3.2: WGS 84 / UPS North, 73° N 44° E.
	near(t, parse(t, "EPSG:5041"), 3320416.75, 632668.43, 44, 73, 1e-6)
	// Snyder, page 296: Albers on Clarke 1866 is refused for its datum; GRS 1980 of EPSG:5070 at its origin.
	near(t, parse(t, "EPSG:5070"), 0, 0, -96, 23, 1e-12)
	// 3.2.1.2: web Mercator, 24°22'54.433" N 100°20'00" W.
	near(t, parse(t, "EPSG:3857"), -11169055.58, 2800000.00, -100-20.0/60, 24+22.0/60+54.433/3600, 2e-7)
}

func TestCodesInEveryNotation(t *testing.T) {
	for _, text := range []string{
		"EPSG:5070", "epsg:5070", "EPSG::5070", "5070", " EPSG:5070\n", "EPSG:5070+5703", "urn:ogc:def:crs:EPSG::5070", "urn:ogc:def:crs:EPSG:9.8:5070",
		"urn:x-ogc:def:crs:EPSG:6.11:5070", "http://www.opengis.net/def/crs/EPSG/0/5070", "https://www.opengis.net/def/crs/EPSG/9.9.1/5070",
		"http://www.opengis.net/gml/srs/epsg.xml#5070", `{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::5070"}}`,
	} {
		s := parse(t, text)
		assert.Equal(t, "EPSG:5070 (NAD83 / Conus Albers)", s.String(), text)
		assert.Equal(t, "EPSG:5070", s.Code())
		assert.Equal(t, "NAD83 / Conus Albers", s.Name())
		assert.Equal(t, "North American Datum 1983 is taken as WGS 84: they agree within about 2 m", s.Note())
		assert.False(t, s.Identity())
	}
	for text, want := range map[string]string{
		"EPSG:4326": "EPSG:4326 (WGS 84)", "OGC:CRS84": "OGC:CRS84 (WGS 84)", "crs84": "OGC:CRS84 (WGS 84)", "urn:ogc:def:crs:OGC:1.3:CRS84": "OGC:CRS84 (WGS 84)",
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84": "OGC:CRS84 (WGS 84)", "http://www.opengis.net/def/crs/OGC/0/CRS84h": "OGC:CRS84H (WGS 84)",
		"WGS84": "EPSG:4326 (WGS 84)", "EPSG:4979": "EPSG:4979 (WGS 84)",
	} {
		s := parse(t, text)
		assert.Equal(t, want, s.String(), text)
		assert.True(t, s.Identity(), text)
		assert.Empty(t, s.Note(), text)
	}
	assert.Equal(t, "ESRI:102003 (USA_Contiguous_Albers_Equal_Area_Conic)", parse(t, "ESRI:102003").String())
	assert.NotEmpty(t, parse(t, "EPSG:4269").Note())
	assert.True(t, parse(t, "EPSG:4269").Identity())
	assert.Equal(t, "EPSG:7415 (Amersfoort / RD New + NAP height)", refusal(t, "EPSG:7415").System, "the name is that of the compound system")
}

func refusal(t *testing.T, text string) *crs.UnsupportedError {
	t.Helper()
	_, err := crs.Parse(text)
	var unsupported *crs.UnsupportedError
	require.ErrorAs(t, err, &unsupported, text)
	assert.Contains(t, err.Error(), crs.Remedy)
	return unsupported
}

func TestUnsupportedSystemsAreNamed(t *testing.T) {
	const nad27 = `GEOGCS["x",DATUM["North_American_Datum_1927",SPHEROID["Clarke 1866",6378206.4,294.9786982]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`
	wgs := func(datum, ellipsoid, rest string) string {
		return `GEOGCS["x",DATUM["` + datum + `",SPHEROID["e",` + ellipsoid + `]` + rest + `],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`
	}
	const wgs84 = "6378137,298.257223563"
	utm := func(axes, more string) string {
		return `PROJCS["p",` + wgs("WGS_1984", wgs84, "") + `,PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",9],` + more + `UNIT["metre",1]` + axes + `]`
	}
	for _, test := range []struct{ text, reason string }{
		{"EPSG:26716", "the datum North American Datum 1927 is not within 2 m of WGS 84"},
		{"EPSG:23032", "European Datum 1950"},
		{"EPSG:27700", "Ordnance Survey of Great Britain 1936"},
		{"EPSG:31467", "Deutsches Hauptdreiecksnetz"},
		{"EPSG:4301", "Tokyo"},
		{"EPSG:4322", "World Geodetic System 1972"},
		{"EPSG:2046", `the projection method "Transverse Mercator (South Orientated)" is not supported`},
		{"EPSG:2953", `"Oblique Stereographic"`},
		{"ESRI:54009", `"Mollweide"`},
		{"OGC:CRS27", "North American Datum 1927"},
		{nad27, "North American Datum 1927"},
		{strings.Replace(nad27, "SPHEROID", `TOWGS84[0,0,0,0,0,0,0],SPHEROID`, 1), "North American Datum 1927"},
		{wgs("My_Datum", wgs84, ""), `the datum "My_Datum" is not known`},
		{wgs("WGS_1984", "6378206.4,294.98", ""), "does not have an ellipsoid"},
		{wgs("unknown", "6378206.4,294.98", ""), "the datum has no name"},
		{wgs("unknown", wgs84, ",TOWGS84[598,73,418,0,0,0,0]"), "has a shift to WGS 84"},
		{wgs("D_Mars_2000", "3396190,169.89", ""), "not that of the Earth"},
		{utm(`,AXIS["Southing",SOUTH],AXIS["Westing",WEST]`, ""), "an axis points south"},
		{utm("", `PARAMETER["azimuth",30],`), `the parameter "azimuth" = 30`},
		{utm("", `PARAMETER["standard_parallel_1",30],`), "first standard parallel"},
		{`BOUNDCRS[SOURCECRS[` + wgs("unknown", wgs84, "") + `],TARGETCRS[` + wgs("WGS_1984", wgs84, "") + `]]`, "has a shift to WGS 84"},
		{`LOCAL_CS["site",UNIT["metre",1]]`, "a LOCAL_CS is neither"},
		{`GEOCCS["g",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["metre",1]]`, "a GEOCCS is neither"},
		{`{"type": "VerticalCRS", "name": "NAVD88 height"}`, `a "VerticalCRS" is neither`},
	} {
		assert.Contains(t, refusal(t, test.text).Reason, test.reason, test.text)
	}
}

// TestBoundSystems: a shift of zeros is none; any other is refused, also inside of a compound system.
func TestBoundSystems(t *testing.T) {
	const axes = `CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433]`
	wkt := func(shift string) string {
		return `COMPOUNDCRS["c",BOUNDCRS[SOURCECRS[GEOGCRS["x",DATUM["Unknown based on GRS 1980 ellipsoid",ELLIPSOID["GRS 1980",6378137,298.257222101]],` + axes +
			`]],TARGETCRS[GEOGCRS["WGS 84"]],ABRIDGEDTRANSFORMATION["t",METHOD["m"],` + shift + `]],VERTCRS["v"]]`
	}
	projJSON := func(shift string) string {
		return `{"type":"CompoundCRS","components":[{"type":"BoundCRS","source_crs":{"type":"GeographicCRS","name":"x","datum":{"name":"Unknown based on GRS 1980 ellipsoid",
			"ellipsoid":{"name":"GRS 1980","semi_major_axis":6378137,"inverse_flattening":298.257222101}},"coordinate_system":{"subtype":"ellipsoidal",
			"axis":[{"direction":"north","unit":"degree"},{"direction":"east","unit":"degree"}]}},"transformation":{"parameters":[` + shift + `]}}]}`
	}
	for _, text := range []string{
		wkt(`PARAMETER["X-axis translation",0],PARAMETER["Scale difference",1]`),
		projJSON(`{"name":"X-axis translation","value":0,"unit":"metre"},{"name":"Scale difference","value":0.0}`),
	} {
		assert.True(t, parse(t, text).Identity(), text)
	}
	for _, text := range []string{
		wkt(`PARAMETER["X-axis translation",598],PARAMETER["Scale difference",1]`), wkt(`PARAMETER["Scale difference",1.000001]`), wkt(`PARAMETERFILE["f","a.gsb"]`),
		projJSON(`{"name":"X-axis translation","value":598,"unit":"metre"}`), projJSON(`{"name":"f","value":"a.gsb"}`), projJSON(``),
	} {
		assert.Contains(t, refusal(t, text).Reason, "has a shift to WGS 84", text)
	}
}

func TestBrokenDefinitionsAreErrors(t *testing.T) {
	deep := strings.Repeat("A[", 100) + strings.Repeat("]", 100)
	for text, want := range map[string]string{
		"":                                  "is empty",
		"Albers":                            "neither a code",
		"EPSG:1":                            "EPSG:1: no projected or geographic system of this code is known",
		"IGNF:123":                          "only codes of EPSG",
		"+proj=utm +zone=16":                "PROJ strings are not read",
		`PROJCS["x"`:                        "no ] for \"PROJCS\" at byte 10 of 10",
		`PROJCS["x`:                         "a text without an end",
		`PROJCS["x"]]`:                      "text after the end",
		`PROJCS["x" "y"]`:                   "no comma",
		deep:                                "too many nested elements",
		`PROJCS["x"]`:                       "has no geographic one",
		`GEOGCS["x"]`:                       "there is no datum",
		`GEOGCS["x",DATUM["WGS_1984"]]`:     "there is no ellipsoid",
		`{"type": `:                         "PROJJSON",
		`{"type": "GeographicCRS"}`:         "there is no datum",
		`{"type": "ProjectedCRS", "id": 5}`: "PROJJSON",
	} {
		_, err := crs.Parse(text)
		assert.ErrorContains(t, err, want, text)
		assert.False(t, errors.As(err, new(*crs.UnsupportedError)), text)
	}
}

func TestCoordinatesOutsideAreErrors(t *testing.T) {
	for _, test := range []struct {
		system string
		x, y   float64
	}{
		{"EPSG:4326", 0, 90.1},
		{"EPSG:4326", 361, 0},
		{"EPSG:4326", math.NaN(), 0},
		{"EPSG:4269", 0, math.Inf(1)},
		{"EPSG:32616", 2e7, 0},
		{"EPSG:32616", 500000, 1.2e7},
		{"EPSG:32616", math.NaN(), 0},
		{"EPSG:32616", 0, math.Inf(-1)},
		{"EPSG:5070", 3e7, 0},
		{"EPSG:5070", 0, -3e7},
		{"EPSG:5070", math.Inf(1), 0},
		{"EPSG:2163", 2e7, 0},
		{"EPSG:3035", 2e7, 0},
		{"EPSG:3035", math.NaN(), 0},
		{"EPSG:3035", math.Inf(1), 0},
		{"EPSG:6933", 0, 8e6},
		{"EPSG:6933", 1e8, 0},
		{"EPSG:3857", 1e8, 0},
		{"EPSG:3857", 0, math.Inf(1)},
		{"EPSG:3395", math.NaN(), 0},
		{"EPSG:3413", math.NaN(), 0},
		{"EPSG:2154", math.NaN(), 0},
		{"EPSG:2154", 700000, math.Inf(1)},
	} {
		lon, lat, err := parse(t, test.system).LonLat(test.x, test.y)
		var outside *crs.OutsideError
		if assert.ErrorAs(t, err, &outside, "%v: %v %v", test, lon, lat) {
			assert.Contains(t, err.Error(), "are outside of "+test.system)
		}
	}
}

func TestEdgesOfTheWorld(t *testing.T) {
	web := parse(t, "EPSG:3857")
	near(t, web, 20037508.342789244, 0, 180, 0, 0)
	near(t, web, -20037508.342789244, 0, -180, 0, 0)
	near(t, web, 20037508.35, 0, 180, 0, 0) // rounded to centimetres
	near(t, web, 20037608.342789244, 0, -179.99910168, 0, 1e-8)
	near(t, parse(t, "EPSG:3413"), 0, 0, 0, 90, 360) // any longitude will do
	near(t, parse(t, "EPSG:6932"), 0, 0, 0, -90, 360)
	near(t, parse(t, "EPSG:2154"), 700000, 6600000, 3, 46.5, 1e-12)
	near(t, parse(t, "EPSG:32760"), 833978.5, 10000000, 179.9999, 0, 1e-3)
}

func TestUnitsAndMeridians(t *testing.T) {
	const template = `GEOGCS["x",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["%s",%v],UNIT["%s",%v]]`
	paris := parse(t, fmt.Sprintf(template, "Paris", 2.33722917, "degree", 0.0174532925199433))
	near(t, paris, 1, 45, 3.33722917, 45, 1e-12)
	assert.False(t, paris.Identity())
	grads := parse(t, fmt.Sprintf(template, "Greenwich", 0, "grad", 0.01570796326794897))
	near(t, grads, 10, 50, 9, 45, 1e-12)
	assert.False(t, grads.Identity())
	assert.Contains(t, refusal(t, fmt.Sprintf(template, "Paris", 2.5969213, "grad", 0.01570796326794897)).Reason, `prime meridian "Paris"`)

	// The same place in metres, US survey feet and international feet: NAD83 / Oregon North.
	near(t, parse(t, "EPSG:32126"), 2500000, 0, -120.5, 43+2.0/3, 1e-12)
	near(t, parse(t, "EPSG:2269"), 8202099.738, 0, -120.5, 43+2.0/3, 1e-11)
	near(t, parse(t, "ESRI:102726"), 8202083.33333333, 0, -120.5, 43+2.0/3, 1e-11)
}

// TestPrjFiles reads .prj files like those of data sets in hydrology.
func TestPrjFiles(t *testing.T) {
	const sphere = `PROJCS["MODIS",GEOGCS["GCS_Unknown_datum_based_upon_the_custom_spheroid",DATUM["D_Not_specified_based_on_custom_spheroid",SPHEROID["Custom_spheroid",6371007.181,0.0]],` +
		`PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Sinusoidal"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],UNIT["Meter",1.0]]`
	modis := parse(t, sphere)
	near(t, modis, -8895604.157, 4447802.079, -80/math.Cos(40*math.Pi/180), 40, 1e-6) // a corner of tile h10v04
	assert.Contains(t, modis.Note(), "as PROJ does")

	const web = `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],` +
		`UNIT["Degree",0.017453292519943295]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],` +
		`PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",%d.0],UNIT["Meter",1.0]]`
	near(t, parse(t, fmt.Sprintf(web, 0)), -11169055.58, 2800000, -100-20.0/60, 24+22.0/60+54.433/3600, 2e-7)
	assert.Contains(t, refusal(t, fmt.Sprintf(web, 2)).Reason, "Auxiliary_Sphere_Type")

	const old = `PROJCS["WGS_84_Pseudo_Mercator",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],` +
		`UNIT["Degree",0.017453292519943295]],PROJECTION["Mercator"],PARAMETER["central_meridian",0],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["Meter",1]]`
	near(t, parse(t, old), -11169055.58, 2800000, -100-20.0/60, 24+22.0/60+54.433/3600, 2e-7)
}

func TestSystemsAreSafeForConcurrentUse(t *testing.T) {
	s := parse(t, "EPSG:32616")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				lon, _, err := s.LonLat(500000, float64(i)*1000)
				assert.NoError(t, err)
				assert.InDelta(t, -87, lon, 1e-12)
			}
		})
	}
	all.Wait()
}

func ExampleParse() {
	albers, err := crs.Parse("EPSG:5070")
	if err != nil {
		fmt.Println(err)
		return
	}
	lon, lat, err := albers.LonLat(1_005_000, 1_490_000)
	fmt.Printf("%.6f %.6f %v\n", lon, lat, err)
	fmt.Println(albers)
	fmt.Println(albers.Note())

	_, err = crs.Parse("EPSG:26716")
	fmt.Println(err)
	// Output:
	// -84.735471 35.925254 <nil>
	// EPSG:5070 (NAD83 / Conus Albers)
	// North American Datum 1983 is taken as WGS 84: they agree within about 2 m
	// reference system EPSG:26716 (NAD27 / UTM zone 16N): the datum North American Datum 1927 is not within 2 m of WGS 84, and its shift needs grids or parameters that are not here; convert the file first: ogr2ogr -t_srs EPSG:4326 out.gpkg in
}

// FuzzParse checks that no text makes Parse or LonLat panic or return an impossible position.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"EPSG:5070", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326+5773", "ESRI:102003", "EPSG:3995", "EPSG:6933",
		`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`,
		`PROJCS["a",GEOGCS["b",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Albers"],PARAMETER["False_Easting",0.0],PARAMETER["Central_Meridian",-96.0],PARAMETER["Standard_Parallel_1",29.5],PARAMETER["Standard_Parallel_2",45.5],PARAMETER["Latitude_Of_Origin",23.0],UNIT["Meter",1.0]]`,
		`PROJCRS["a",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]],UNIT["degree",0.0174532925199433]],CONVERSION["c",METHOD["Transverse Mercator"],PARAMETER["Longitude of natural origin",9]],CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],UNIT["metre",1]]`,
		`{"type":"ProjectedCRS","name":"n","base_crs":{"name":"WGS 84","datum":{"name":"World Geodetic System 1984","ellipsoid":{"name":"WGS 84","semi_major_axis":6378137,"inverse_flattening":298.257223563}}},"conversion":{"name":"c","method":{"name":"Sinusoidal"},"parameters":[]},"coordinate_system":{"subtype":"Cartesian","axis":[{"direction":"east","unit":"metre"},{"direction":"north","unit":"metre"}]}}`,
		`BOUNDCRS[SOURCECRS[GEOGCRS["WGS 84",ENSEMBLE["World Geodetic System 1984 ensemble",ELLIPSOID["WGS 84",6378137,298.257223563]],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433]]]]`,
	} {
		f.Add(seed, 500000.0, 4e6)
	}
	f.Fuzz(func(t *testing.T, text string, x, y float64) {
		s, err := crs.Parse(text)
		if err != nil {
			assert.Nil(t, s)
			return
		}
		lon, lat, err := s.LonLat(x, y)
		if err == nil {
			assert.LessOrEqual(t, math.Abs(lon), 360.0)
			assert.LessOrEqual(t, math.Abs(lat), 90.0)
		}
	})
}

func BenchmarkLonLat(b *testing.B) {
	for _, code := range []string{
		"EPSG:4326", "EPSG:32616", "EPSG:5070", "EPSG:2154", "EPSG:3035", "EPSG:2163", "EPSG:3413", "EPSG:3395", "EPSG:3857", "EPSG:6933",
		"ESRI:54008",
	} {
		s := parse(b, code)
		b.Run(s.Name(), func(b *testing.B) {
			b.ReportAllocs()
			x, y := 1_000_000.0, 2_000_000.0
			if s.Identity() {
				x, y = 10, 20
			}
			for b.Loop() {
				if _, _, err := s.LonLat(x, y); err != nil {
					b.Fatal(err)
				}
				x += 1e-6
			}
		})
	}
}

// BenchmarkFirstUse measures the unpacking of the table of systems, once in a program.
func BenchmarkFirstUse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		crs.LoadTable()
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := crs.Parse("EPSG:5070"); err != nil {
			b.Fatal(err)
		}
	}
}
