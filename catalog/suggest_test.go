package catalog_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/catalog"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string][]string{
		"copernicus_dem:elevation":    {"copernicus_dem:elevation"}, // itself
		"copernicus_dem:elevaton":     {"copernicus_dem:elevation"}, // a letter left out
		"coppernicus_dem:elevation":   {"copernicus_dem:elevation"}, // one too many
		"copernicus_dem:elavation":    {"copernicus_dem:elevation"}, // another one
		"coprenicus_dem:elevation":    {"copernicus_dem:elevation"}, // two exchanged
		"Copernicus-DEM:Elevation":    {"copernicus_dem:elevation"}, // case and separators
		"copernicus_dem_elevation":    {"copernicus_dem:elevation"}, // no colon
		"copernicus:dem_elevation":    {"copernicus_dem:elevation"}, // colon in the wrong place
		"elevation:copernicus_dem":    {"copernicus_dem:elevation"}, // changed places
		"CopernicusDEMElevation":      {"copernicus_dem:elevation"}, // the constant's name
		"copernicus_dem":              {"copernicus_dem:elevation"}, // a provider
		"copernicus_dem:":             {"copernicus_dem:elevation"},
		"copernicus_dem:slope":        {"copernicus_dem:elevation"}, // what the provider has
		"copernicus_dem_30:elevation": {"copernicus_dem:elevation"}, // a word too many
		"cop_dem_30:elevation":        {"cop_dem_90:elevation", "copernicus_dem:elevation"},
		"nasa_dem:elevation":          {"nasadem:elevation"},
		"3dep:elevation":              {"usgs_3dep:elevation"},
		"soilgrids:clay_0-5cm":        {"isric_soilgrids:clay_0-5cm", "isric_soilgrids:clay_5-15cm"},
		"isric_soilgrid:caly_0-5cm":   {"isric_soilgrids:clay_0-5cm"},
		"polaris:clay_0_5cm":          {"polaris:clay_0-5cm", "polaris:clay_5-15cm"},
		"srtm:elevation":              {"opentopography:SRTMGL1", "opentopography:SRTMGL3"},
		"ghsl:pop":                    {"ghsl:population"},
		"terraclimate:precip":         {"terraclimate:precipitation"},
		"terraclimate:tmn":            {"terraclimate:tmin"},
		"terraclimate:tmp":            {"terraclimate:tmax", "terraclimate:tmin", "terraclimate:aet"},
		"worldcover":                  {"esa_worldcover:land_cover"},
		"clay":                        {"ssurgo:clay", "openlandmap:clay", "spain_clay_minerals:clay_minerals"},
		"xyz:elevation":               nil,
		"qwertyuiop":                  nil,
		"a":                           nil,
		"":                            nil,
		":":                           nil,
		" :\x00-":                     nil,
		"\xff\xfe":                    nil,
		strings.Repeat("clay", 100):   nil,
	} {
		assert.Equal(t, want, catalog.Suggest(asked, 3), asked)
	}
}

func TestSuggestCounts(t *testing.T) {
	t.Parallel()
	assert.Nil(t, catalog.Suggest("elevation", 0))
	assert.Nil(t, catalog.Suggest("elevation", -1))
	assert.Len(t, catalog.Suggest("elevation", 1), 1)
	assert.Greater(t, len(catalog.Suggest("elevation", 1000)), 40)
}

// Every id is found from itself, and each twentieth from itself with any two neighbouring letters exchanged.
func TestSuggestEveryID(t *testing.T) {
	t.Parallel()
	for number, d := range catalog.Datasets() {
		require.Equal(t, d.ID, catalog.Suggest(d.ID, 1)[0])
		if number%20 != 0 {
			continue
		}
		for i := range len(d.ID) - 1 {
			typed := []byte(d.ID)
			typed[i], typed[i+1] = typed[i+1], typed[i]
			assert.Contains(t, catalog.Suggest(string(typed), 5), d.ID, "%s", typed)
		}
	}
}

func TestSuggestProvider(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string][]string{
		"copernicus_dm": {"copernicus_dem"},
		"soilgrids":     {"isric_soilgrids", "soilgrids_derived"},
		"3dep":          {"usgs_3dep"},
		"NLCD":          {"nlcd", "nlcd_impervious"},
		"nope":          nil,
	} {
		assert.Equal(t, want, catalog.SuggestProvider(asked, 3), asked)
	}
}

func TestSuggestFrom(t *testing.T) {
	t.Parallel()
	known := []string{"local_dem:slope", "local_dem:elevation", "local_dem:slope", "", ":"}
	assert.Equal(t, []string{"local_dem:slope"}, catalog.SuggestFrom(known, "local_dem:slop", 3), "once")
	assert.Equal(t, []string{"local_dem:slope", "local_dem:elevation"}, catalog.SuggestFrom(known, "local_dem:aspect", 3))
	assert.Nil(t, catalog.SuggestFrom(nil, "local_dem:slop", 3))
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "acb", 1},
		{"abc", "bca", 2},
		{"kitten", "sitting", 3},
		{"ca", "abc", 3},
		{"elevation", "elevaiton", 1},
		{"äb", "bä", 1},
		{"ab", "äb", 1},
	} {
		assert.Equal(t, test.want, catalog.Distance(test.a, test.b), "%s %s", test.a, test.b)
		assert.Equal(t, test.want, catalog.Distance(test.b, test.a), "%s %s", test.b, test.a)
	}
}

// A few ids of every kind, so that the fuzzer gets to try many questions: TestSuggestEveryID asks for all.
func FuzzSuggest(f *testing.F) {
	known := []string{
		catalog.CopernicusDEMElevation, catalog.CopDEM90Elevation, catalog.NLCDLandCover, catalog.OpenTopographySRTMGL1,
		catalog.ISRICSoilGridsClay0To5cm, catalog.ISRICSoilGridsClay5To15cm, catalog.POLARISClay0To5cm, catalog.ProviderUSGS3DEP,
	}
	for _, asked := range []string{"copernicus_dem:elevaton", "soilgrids:clay", "a:b:c", "", ":", "\xff", "ǆ:İ", "3dep", "ﬁ_ﬂ:ß", known[0]} {
		f.Add(asked, 3)
	}
	f.Add("clay", math.MaxInt)
	f.Add("clay", math.MinInt)
	f.Fuzz(func(t *testing.T, asked string, n int) {
		found := catalog.SuggestFrom(known, asked, n)
		require.LessOrEqual(t, len(found), max(n, 0))
		for i, id := range found {
			require.Contains(t, known, id)
			require.NotContains(t, found[:i], id)
		}
		if slices.Contains(known, asked) && n > 0 {
			require.Equal(t, asked, found[0])
		}
		if len(asked) > catalog.MaxQuestion {
			require.Empty(t, found)
		}
		all := catalog.SuggestFrom(known, asked, len(known))
		require.Equal(t, all[:min(max(n, 0), len(all))], append(all[:0:0], found...), "n only cuts")
	})
}

func FuzzDistance(f *testing.F) {
	f.Add("kitten", "sitting")
	f.Add("ab", "ba")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 200 || len(b) > 200 {
			return
		}
		lengthA, lengthB := len([]rune(a)), len([]rune(b))
		d := catalog.Distance(a, b)
		require.Equal(t, d, catalog.Distance(b, a))
		require.LessOrEqual(t, d, max(lengthA, lengthB))
		require.GreaterOrEqual(t, d, max(lengthA-lengthB, lengthB-lengthA))
		require.Equal(t, string([]rune(a)) == string([]rune(b)), d == 0)
	})
}
