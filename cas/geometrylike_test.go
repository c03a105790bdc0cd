package cas_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/paulmach/orb"
	orbjson "github.com/paulmach/orb/geojson"
	simple "github.com/peterstace/simplefeatures/geom"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twpayne/go-geom"
	geomjson "github.com/twpayne/go-geom/encoding/geojson"

	"github.com/community-attribute-service/cas-go/cas"
)

// sentGeometry is the text that goes out for a geometry.
func sentGeometry(t *testing.T, g cas.GeometryLike) (string, error) {
	t.Helper()
	s := serve(t, reply(200, emptyExtract))
	_, err := s.client(t).Extract(t.Context(), cas.ExtractRequest{Geometry: g, DatasetIDs: []string{"a:b"}})
	if err != nil {
		assert.Empty(t, s.Requests(), "nothing is sent of a bad request")
		return "", err
	}
	text, ok := strings.CutPrefix(s.Last(t).Body, `{"geometry":`)
	require.True(t, ok)
	text, ok = strings.CutSuffix(text, `,"dataset_ids":["a:b"]}`)
	require.True(t, ok)
	return text, nil
}

func TestGeometriesOfManyKindsBecomeTheSameGeoJSON(t *testing.T) {
	t.Parallel()
	const point, polygon = `{"type":"Point","coordinates":[-84.25,36.5]}`, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`
	const feature = `{"type":"Feature","properties":{"a":[1]},"geometry":` + polygon + `}`
	ring := [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	orbPolygon := orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}
	ours := cas.Polygon(ring)
	raw := json.RawMessage(polygon)
	goGeom, err := geomjson.Encode(geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0}, []int{8}))
	require.NoError(t, err)
	simplePolygon, err := simple.UnmarshalWKT("POLYGON((0 0,1 0,1 1,0 0))")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		like cas.GeometryLike
		want string
	}{
		"cas.Geometry":                  {ours, polygon},
		"*cas.Geometry":                 {&ours, polygon},
		"cas.Point":                     {cas.Point(-84.25, 36.5), point},
		"cas.MultiPolygon":              {cas.MultiPolygon([][][2]float64{ring}), `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`},
		"map[string]any":                {map[string]any{"type": "Point", "coordinates": []float64{-84.25, 36.5}}, `{"coordinates":[-84.25,36.5],"type":"Point"}`},
		"map of a Feature":              {map[string]any{"type": "Feature", "geometry": map[string]any{"type": "Point", "coordinates": []any{1, 2}}}, `{"coordinates":[1,2],"type":"Point"}`},
		"json.RawMessage":               {raw, polygon},
		"*json.RawMessage":              {&raw, polygon},
		"jsontext.Value":                {jsontext.Value(polygon), polygon},
		"[]byte":                        {[]byte(polygon), polygon},
		"string":                        {polygon, polygon},
		"text of a Feature":             {feature, polygon},
		"orb geojson.Geometry":          {orbjson.NewGeometry(orbPolygon), polygon},
		"orb geojson.Geometry by value": {*orbjson.NewGeometry(orbPolygon), polygon},
		"orb geojson.Feature":           {orbjson.NewFeature(orbPolygon), polygon},
		"orb geojson.Feature by value":  {*orbjson.NewFeature(orbPolygon), polygon},
		"go-geom, encoded":              {goGeom, polygon},
		"simplefeatures geom.Geometry":  {simplePolygon, polygon},
		"a struct of one's own":         {struct{ Type, Coordinates any }{}, ""},
		"a struct with GeoJSON's names": {struct {
			Type string    `json:"type"`
			At   []float64 `json:"coordinates"`
		}{"Point", []float64{1, 2}}, `{"type":"Point","coordinates":[1,2]}`},
		"a float32 keeps its own spelling": {map[string]any{"type": "Point", "coordinates": []float32{0.1, 2}}, `{"coordinates":[0.1,2],"type":"Point"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := sentGeometry(t, c.like)
			if c.want == "" {
				require.ErrorIs(t, err, cas.ErrInvalidRequest)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestTextGoesThroughByteForByte(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"type":"Point","coordinates":[-84.250000,3.65e1]}`,
		`{"type":"Point","coordinates":[1,2,300.10]}`,
		`{"type":"Point","coordinates":[1,2,3,4]}`,
		"{ \"coordinates\"\t:\r\n[ 1 , 2 ] , \"type\" : \"Point\" }",
		`{"type":"Point","coordinates":[1,2],"crs":{"type":"name","a":1,"a":2},"bbox":[1e400,[]],"x":"</script>é\u00e9"}`,
		`{"\u0074ype":"P\u006fint","coordinates":[-0,0.0]}`,
		`{"type":"Point","coordinates":[1,2],"geometry":{"type":7,"coordinates":"x","geometry":{}}}`,
		`{"type":"Polygon","coordinates":[]}`,
		`{"type":"Polygon","coordinates":[[]]}`,
		`{"type":"Polygon","coordinates":[[],[[1,2]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[0,0,1],[1.7976931348623157e308,5e-324],[1,1],[0,0]]],[]]}`,
		`{"type":"Point","coordinates":[0.` + strings.Repeat("1", 400) + `,1e-999]}`,
		`{"type":"Point","coordinates":[181,-91]}`,
	} {
		got, err := sentGeometry(t, "\n\t "+text+" \r\n")
		if assert.NoError(t, err, text) {
			assert.Equal(t, text, got)
		}
		got, err = sentGeometry(t, `{"geometry": `+text+` ,"properties":{"a":1,"a":"\u0000"},"type":"Feature","coordinates":"foreign"}`)
		if assert.NoError(t, err, text) {
			assert.Equal(t, text, got, "out of a Feature")
		}
		parsed, err := cas.ParseGeoJSON([]byte(text))
		if assert.NoError(t, err, text) {
			assert.Contains(t, text, string(parsed.Coordinates))
			sent, err := sentGeometry(t, parsed)
			require.NoError(t, err)
			assert.Equal(t, `{"type":"`+string(parsed.Type)+`","coordinates":`+string(parsed.Coordinates)+`}`, sent)
		}
	}
}

// The text names the field and what to do, and nothing is sent.
func TestWhatIsNoGeometryIsRefusedByName(t *testing.T) {
	t.Parallel()
	var noGeometry *cas.Geometry
	var noOrb *orbjson.Geometry
	for name, c := range map[string]struct {
		like cas.GeometryLike
		want string
	}{
		"nil":                       {nil, "geometry: is nil"},
		"nil *cas.Geometry":         {noGeometry, "geometry: is a nil *cas.Geometry"},
		"nil *geojson.Geometry":     {noOrb, "encodes as null"},
		"the zero Geometry":         {cas.Geometry{}, `geometry.type: is ""`},
		"a Geometry of a type":      {cas.Geometry{Type: "LineString", Coordinates: json.RawMessage(`[[0,0],[1,1]]`)}, `geometry.type: is "LineString"`},
		"no coordinates":            {cas.Geometry{Type: "Point"}, "geometry.coordinates: are"},
		"NaN":                       {cas.Point(math.NaN(), 1), "geometry.coordinates: position 1: NaN is not a finite number"},
		"+Inf":                      {cas.Point(1, math.Inf(1)), "geometry.coordinates: position 1: Inf is not a finite number"},
		"-Inf in a ring":            {cas.Polygon([][2]float64{{0, 0}, {math.Inf(-1), 1}}), "position 2"},
		"a map with NaN":            {map[string]any{"type": "Point", "coordinates": []float64{math.NaN(), 1}}, "NaN"},
		"NaN token":                 {`{"type":"Point","coordinates":[NaN,1]}`, "geometry.coordinates"},
		"1e999":                     {`{"type":"Point","coordinates":[1e999,1]}`, "1e999 is not a finite number"},
		"400 digits":                {`{"type":"Point","coordinates":[` + strings.Repeat("9", 400) + `,1]}`, "not a finite number"},
		"bare orb.Polygon":          {orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}, "orb.Polygon encodes as bare coordinates, not as a GeoJSON geometry: wrap it, in orb by geojson.NewGeometry(g)"},
		"bare orb.Point":            {orb.Point{1, 2}, "geojson.NewGeometry"},
		"bare go-geom polygon":      {geom.NewPolygonFlat(geom.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0}, []int{8}), "geojson.Encode(g)"},
		"orb line":                  {orbjson.NewGeometry(orb.LineString{{0, 0}, {1, 1}}), `geometry.type: is "LineString"`},
		"orb FeatureCollection":     {orbjson.NewFeatureCollection(), "FeatureCollection"},
		"a channel":                 {make(chan int), "chan int cannot be encoded"},
		"a number":                  {7, "not a GeoJSON object"},
		"a Go number":               {42, "geometry: int encodes as 42, which is not a GeoJSON object: give a geometry such as cas.Point(-96.5, 39.0), or GeoJSON text"},
		"a truth":                   {true, "bool encodes as true, which is not a GeoJSON object"},
		"an array of numbers":       {[]float64{1, 2}, "encodes as bare coordinates"},
		"coordinates as text":       {`[1,2]`, "is an array"},
		"null":                      {`null`, "is null, not a GeoJSON object"},
		"a JSON string":             {`"Point"`, "not a GeoJSON object"},
		"empty text":                {"", "geometry: is empty"},
		"blank text":                {" \n", "geometry: is empty"},
		"empty bytes":               {[]byte(nil), "geometry: is empty"},
		"{}":                        {`{}`, `geometry: has no "type"`},
		"WKT":                       {`POINT(1 2)`, "is not JSON"},
		"cut":                       {`{"type":"Point","coordinates":[1,2]`, "cut off"},
		"cut in the coordinates":    {`{"type":"Point","coordinates":[1,2`, "cut off"},
		"text behind":               {`{"type":"Point","coordinates":[1,2]} {}`, "text after"},
		"trailing comma":            {`{"type":"Point","coordinates":[1,2],}`, "is not JSON"},
		"no comma":                  {`{"type":"Point" "coordinates":[1,2]}`, "is not JSON"},
		"no colon":                  {`{"type","Point"}`, "is not JSON"},
		"comma in an array":         {`{"type":"Point","coordinates":[1,2,]}`, "geometry.coordinates"},
		"not UTF-8":                 {"{\"type\":\"Point\",\"coordinates\":[1,2],\"x\":\"\xff\"}", "is not JSON"},
		"no type":                   {`{"coordinates":[1,2]}`, `has no "type"`},
		"type of a number":          {`{"type":1,"coordinates":[1,2]}`, "geometry.type: is 1: the service takes"},
		"lower case":                {`{"type":"point","coordinates":[1,2]}`, `geometry.type: is "point"`},
		"a long type":               {`{"type":"` + strings.Repeat("Line", 1e5) + `","coordinates":[1,2]}`, "the service takes Point, Polygon and MultiPolygon"},
		"type twice":                {`{"type":"Point","type":"Polygon","coordinates":[1,2]}`, `"type" twice`},
		"coordinates twice":         {`{"type":"Point","coordinates":[1,2],"coordinates":[1,2]}`, `"coordinates" twice`},
		"geometry twice":            {`{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"geometry":{"type":"Point","coordinates":[1,2]}}`, `"geometry" twice`},
		"GeometryCollection":        {`{"type":"GeometryCollection","geometries":[]}`, `geometry.type: is "GeometryCollection"`},
		"MultiPoint":                {`{"type":"MultiPoint","coordinates":[[1,2]]}`, `geometry.type: is "MultiPoint"`},
		"FeatureCollection":         {`{"type":"FeatureCollection","features":[]}`, "package features"},
		"Feature, no geometry":      {`{"type":"Feature","properties":{}}`, "Feature without a geometry"},
		"Feature, null":             {`{"type":"Feature","geometry":null}`, "Feature without a geometry"},
		"Feature, array":            {`{"type":"Feature","geometry":[1,2]}`, "Feature without a geometry"},
		"Feature of a Feature":      {`{"type":"Feature","geometry":{"type":"Feature","geometry":null}}`, `geometry.geometry.type: is "Feature"`},
		"Feature of a line":         {`{"type":"Feature","geometry":{"type":"LineString","coordinates":[]}}`, `geometry.geometry.type: is "LineString"`},
		"coordinates null":          {`{"type":"Point","coordinates":null}`, "geometry.coordinates"},
		"coordinates an object":     {`{"type":"Point","coordinates":{}}`, "geometry.coordinates"},
		"coordinates a number":      {`{"type":"Point","coordinates":1}`, "are a number, not an array"},
		"a null inside":             {`{"type":"Point","coordinates":[1,null]}`, "position 1 holds null where a number belongs"},
		"numbers as text":           {`{"type":"Point","coordinates":["1","2"]}`, "position 1 holds a string where a number belongs"},
		"one number":                {`{"type":"Point","coordinates":[1]}`, "one number"},
		"an empty Point":            {`{"type":"Point","coordinates":[]}`, "without longitude and latitude"},
		"an empty position":         {`{"type":"Polygon","coordinates":[[[]]]}`, "without longitude and latitude"},
		"a Point's, too deep":       {`{"type":"Point","coordinates":[[1,2]]}`, "nested 2 deep"},
		"a Polygon's, flat":         {`{"type":"Polygon","coordinates":[[1,2],[3,4]]}`, "those of a Polygon are 3 deep"},
		"a MultiPolygon's, flat":    {`{"type":"MultiPolygon","coordinates":[[[1,2],[3,4]]]}`, "those of a MultiPolygon are 4 deep"},
		"depths mixed":              {`{"type":"Polygon","coordinates":[[[1,2],3]]}`, "coordinates: hold a number among arrays"},
		"depths mixed, other way":   {`{"type":"Polygon","coordinates":[[[1,[2]]]]}`, "position 1 holds an array where a number belongs"},
		"five deep":                 {`{"type":"MultiPolygon","coordinates":[[[[[1,2]]]]]}`, "nested deeper than those of any geometry"},
		"leading zero":              {`{"type":"Point","coordinates":[01,2]}`, "position 1 holds a malformed number"},
		"leading plus":              {`{"type":"Point","coordinates":[+1,2]}`, "position 1 holds '+' where a number belongs"},
		"no digits":                 {`{"type":"Point","coordinates":[-,2]}`, "position 1 holds a malformed number"},
		"ends in its decimal point": {`{"type":"Point","coordinates":[1.,2]}`, "position 1 holds a malformed number"},
		"ends in its exponent":      {`{"type":"Point","coordinates":[1e+,2]}`, "position 1 holds a malformed number"},
		"a million objects deep":    {strings.Repeat(`{"geometry":`, 1e6), "is not JSON"},
		"a million arrays deep":     {`{"type":"Point","coordinates":` + strings.Repeat(`[`, 1e6), "geometry.coordinates"},
		"a million arrays aside":    {`{"x":` + strings.Repeat(`[`, 1e6), "is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sentGeometry(t, c.like)
			require.ErrorIs(t, err, cas.ErrInvalidRequest)
			assert.ErrorContains(t, err, c.want)
			assert.Less(t, len(err.Error()), 400)
			if text, ok := c.like.(string); ok {
				_, err := cas.ParseGeoJSON([]byte(text))
				require.ErrorIs(t, err, cas.ErrInvalidRequest)
			}
		})
	}
}

// A geometry of a batch is named by its place.
func TestABadGeometryOfABatchIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, emptyBatch))
	batch := aBatch(3)
	batch.Geometries[2] = `{"type":"Feature","geometry":{"type":"Point","coordinates":[1,"2"]}}`
	_, err := s.client(t).BatchExtract(t.Context(), batch)
	require.ErrorIs(t, err, cas.ErrInvalidRequest)
	require.ErrorContains(t, err, "geometries[2].geometry.coordinates: position 1 holds a string where a number belongs")
	assert.Empty(t, s.Requests())
}

// Floats are written so that they read back bit for bit, and as short as that allows.
func TestPointWritesShortestExactNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lon, lat float64
		want     string
	}{
		{0.1, 1.0 / 3, `[0.1,0.3333333333333333]`},
		{1e-7, -1e21, `[1e-7,-1e+21]`},
		{math.Copysign(0, -1), 100, `[-0,100]`},
		{5e-324, math.MaxFloat64, `[5e-324,1.7976931348623157e+308]`},
	} {
		assert.Equal(t, c.want, string(cas.Point(c.lon, c.lat).Coordinates))
		var back [2]float64
		require.NoError(t, json.Unmarshal(cas.Point(c.lon, c.lat).Coordinates, &back))
		assert.Equal(t, [2]uint64{math.Float64bits(c.lon), math.Float64bits(c.lat)}, [2]uint64{math.Float64bits(back[0]), math.Float64bits(back[1])})
	}
	assert.Equal(t, `[]`, string(cas.Polygon().Coordinates))
	assert.Equal(t, `[[]]`, string(cas.Polygon(nil).Coordinates))
	assert.Equal(t, `[[[[1,2],[3,4]],[]],[]]`, string(cas.MultiPolygon([][][2]float64{{{1, 2}, {3, 4}}, {}}, nil).Coordinates))
}
