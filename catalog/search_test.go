package catalog_test

import (
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
)

func ids(datasets []cas.Dataset) []string {
	found := make([]string, len(datasets))
	for i, d := range datasets {
		found[i] = d.ID
	}
	return found
}

func TestSearchWords(t *testing.T) {
	t.Parallel()
	for words, want := range map[string][]string{ // the first ones
		"elevation":                {"copernicus_dem:elevation"},
		"ELEVATION copernicus":     {"copernicus_dem:elevation", "opentopography:COP30", "cop_dem_90:elevation"},
		"copernicus_dem:elevation": {"copernicus_dem:elevation"},
		"glo-30":                   {"copernicus_dem:elevation"},
		"clay 0-5cm":               {"isric_soilgrids:clay_0-5cm", "polaris:clay_0-5cm"},
		"landcover worldcover":     {"esa_worldcover:land_cover"},
		"ndvi":                     {"dea_africa_ndvi:ndvi"},
		"precip":                   {"terraclimate:precipitation"},
		"bord na mona":             {"ireland_peatland:peatland"},
		"Móna":                     {"ireland_peatland:peatland"},
		"permafrost":               {"permafrost:permafrost_index"},
		"  river   discharge ":     {"hydrorivers:river_discharge"},
		"elevation nosuchword":     nil,
	} {
		found := ids(catalog.Search(catalog.Query{Words: words}))
		assert.Equal(t, want, append([]string(nil), found[:min(len(want), len(found))]...), words)
		if want == nil {
			assert.Empty(t, found, words)
		}
	}
}

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	all := catalog.Datasets()
	overAlps := cas.BoundingBox{MinLon: 7, MinLat: 46, MaxLon: 8, MaxLat: 47}
	for name, test := range map[string]struct {
		query catalog.Query
		holds func(cas.Dataset) bool
	}{
		"nothing asked": {catalog.Query{}, func(cas.Dataset) bool { return true }},
		"no word asked": {catalog.Query{Words: " -- "}, func(cas.Dataset) bool { return true }},
		"provider":      {catalog.Query{Provider: catalog.ProviderGHSL}, func(d cas.Dataset) bool { return d.Provider == "ghsl" }},
		"temporal type": {catalog.Query{TemporalType: cas.TemporalMonthly}, func(d cas.Dataset) bool { return d.Temporal.TemporalType == "monthly" }},
		"variable":      {catalog.Query{Variable: "Elevation"}, func(d cas.Dataset) bool { return d.Variables[0].Name == "elevation" }},
		"at least":      {catalog.Query{MinResolution: new(1000.0)}, func(d cas.Dataset) bool { return d.ResolutionM >= 1000 }},
		"at most":       {catalog.Query{MaxResolution: new(10.0)}, func(d cas.Dataset) bool { return d.ResolutionM <= 10 }},
		"resolution":    {catalog.Query{MinResolution: new(30.0), MaxResolution: new(30.0)}, func(d cas.Dataset) bool { return d.ResolutionM == 30 }},
		"CC-BY 4.0": {catalog.Query{Licence: "cc by 4.0"}, func(d cas.Dataset) bool {
			return strings.HasPrefix(strings.ReplaceAll(d.License, " ", "-"), "CC-BY-4.0")
		}},
		"non-commercial":  {catalog.Query{Licence: "NC"}, func(d cas.Dataset) bool { return strings.Contains(d.License, "-NC") }},
		"CC0":             {catalog.Query{Licence: "CC0"}, func(d cas.Dataset) bool { return strings.HasPrefix(strings.Replace(d.License, "-", "", 1), "CC0") }},
		"two together":    {catalog.Query{Provider: "ghsl", Words: "population"}, func(d cas.Dataset) bool { return d.ID == "ghsl:population" }},
		"bounding box":    {catalog.Query{BBox: &overAlps}, func(d cas.Dataset) bool { return overlap(d.BBox, overAlps) }},
		"unknown slug":    {catalog.Query{Provider: "nope"}, func(cas.Dataset) bool { return false }},
		"slug's case":     {catalog.Query{Provider: "GHSL"}, func(cas.Dataset) bool { return false }},
		"no such licence": {catalog.Query{Licence: "pen"}, func(cas.Dataset) bool { return false }},
		"NaN":             {catalog.Query{MinResolution: new(math.NaN())}, func(cas.Dataset) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []string{}
			for _, d := range all {
				if test.holds(d) {
					want = append(want, d.ID)
				}
			}
			assert.Equal(t, want, ids(catalog.Search(test.query)))
		})
	}
}

func overlap(a, b cas.BoundingBox) bool {
	return max(a.MinLon, b.MinLon) <= min(a.MaxLon, b.MaxLon) && max(a.MinLat, b.MinLat) <= min(a.MaxLat, b.MaxLat)
}

func TestSearchBoxes(t *testing.T) {
	t.Parallel()
	at := func(west, south, east, north float64) cas.BoundingBox {
		return cas.BoundingBox{MinLon: west, MinLat: south, MaxLon: east, MaxLat: north}
	}
	fiji, hawaii, europe := at(177, -20, 180, -15), at(-161, 18, -154, 23), at(-10, 35, 30, 70)
	datasets := []cas.Dataset{{ID: "x:fiji", BBox: fiji}, {ID: "x:hawaii", BBox: hawaii}, {ID: "x:europe", BBox: europe}}
	for name, test := range map[string]struct {
		box  cas.BoundingBox
		want []string
	}{
		"inside":                   {at(0, 50, 1, 51), []string{"x:europe"}},
		"an edge":                  {at(30, 0, 40, 35), []string{"x:europe"}},
		"beside":                   {at(30.1, 0, 40, 35), []string{}},
		"across the antimeridian":  {at(170, -30, -150, 30), []string{"x:fiji", "x:hawaii"}},
		"across it, the east only": {at(179, -30, -170, 30), []string{"x:fiji"}},
		"across it, too far north": {at(170, 50, -150, 60), []string{}},
		"all":                      {at(-180, -90, 180, 90), []string{"x:fiji", "x:hawaii", "x:europe"}},
		"north under south":        {at(-180, 90, 180, -90), []string{}},
		"not a number":             {at(math.NaN(), -90, 180, 90), []string{}},
	} {
		assert.Equal(t, test.want, ids(catalog.SearchIn(datasets, catalog.Query{BBox: &test.box})), name)
	}
}

// The order of equal matches, of an unknown resolution, and of the places where a word is found.
func TestSearchOrder(t *testing.T) {
	t.Parallel()
	globe, island := cas.BoundingBox{MinLon: -180, MinLat: -90, MaxLon: 180, MaxLat: 90}, cas.BoundingBox{MaxLon: 1, MaxLat: 1}
	datasets := []cas.Dataset{
		{ID: "a:x", Description: "has snow in it", BBox: globe, ResolutionM: 1},
		{ID: "b:x", Name: "Snow", BBox: globe, ResolutionM: 1},
		{ID: "c:snowfall", BBox: globe, ResolutionM: 1},
		{ID: "d:snow", BBox: island, ResolutionM: 1},
		{ID: "e:snow", BBox: globe, ResolutionM: cas.Number(math.NaN())},
		{ID: "f:snow", BBox: globe, ResolutionM: 500},
		{ID: "g:snow", BBox: globe, ResolutionM: 30},
		{ID: "h:snow", BBox: globe, ResolutionM: 30},
		{ID: "i:x", Variables: []cas.Variable{{Name: "snow"}}, BBox: globe, ResolutionM: 10},
		{ID: "j:x", Variables: []cas.Variable{{Description: "nosnow"}}, BBox: globe, ResolutionM: 10},
		{ID: "k:rain"},
	}
	assert.Equal(t, []string{"i:x", "g:snow", "h:snow", "f:snow", "e:snow", "d:snow", "c:snowfall", "b:x", "a:x", "j:x"},
		ids(catalog.SearchIn(datasets, catalog.Query{Words: "snow"})))
	assert.Equal(t, ids(datasets), ids(catalog.SearchIn(datasets, catalog.Query{})))
	assert.NotContains(t, ids(catalog.SearchIn(datasets, catalog.Query{MinResolution: new(0.0)})), "e:snow")
}

// Every letter of the catalog can be typed on a plain keyboard.
func TestAccentsAreKnown(t *testing.T) {
	t.Parallel()
	for _, d := range catalog.Datasets() {
		plain := catalog.Words(d.Name + " " + d.Description)
		for _, r := range strings.Join(plain, "") {
			assert.LessOrEqual(t, r, rune(unicode.MaxASCII), "add %q to unaccented in words.go, for %s", r, d.ID)
		}
	}
}
