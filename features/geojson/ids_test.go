package geojson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIDs(t *testing.T) {
	feature := func(id, properties string) string {
		return `{"type":"Feature",` + id + `"geometry":null,"properties":` + properties + `}`
	}
	tests := []struct {
		name, text, field string
		want              string // the id, or part of the error
		fails             bool
	}{
		{"string", feature(`"id":"01013500",`, `{}`), "", "01013500", false},
		{"number", feature(`"id":7120034520,`, `{}`), "", "7120034520", false},
		{"beyond 2^53", feature(`"id":9007199254740993,`, `{}`), "", "9007199254740993", false},
		{"decimals", feature(`"id":1.0,`, `{}`), "", "1.0", false},
		{"exponent", feature(`"id":-1E+2,`, `{}`), "", "-1E+2", false},
		{"escapes", feature(`"id":"a\u0022\n\u00e9",`, `{}`), "", "a\"\né", false},
		{"escaped name", feature(`"\u0069d":"x",`, `{}`), "", "x", false},
		{"absent", feature(``, `{}`), "", "0", false},
		{"null", feature(`"id":null,`, `{}`), "", "0", false},
		{"empty", feature(`"id":"",`, `{}`), "", "an empty string", true},
		{"object", feature(`"id":{},`, `{}`), "", "is an object", true},
		{"boolean", feature(`"id":true,`, `{}`), "", "is a boolean", true},
		{"NaN", feature(`"id":NaN,`, `{}`), "", "is not a finite number", true},
		{"-Infinity", feature(`"id":-Infinity,`, `{}`), "", "an id has to be", true},
		{"property", feature(`"id":"own",`, `{"HYBAS_ID":"01013500"}`), "HYBAS_ID", "01013500", false},
		{"property with escapes in its name", feature(``, `{"HYBAS\u005fID":7120034520}`), "HYBAS_ID", "7120034520", false},
		{"property not kept", feature(``, `{"a":1,"b":2}`), "b", "2", false},
		{"property absent", feature(`"id":"own",`, `{"a":1,"b":2}`), "HYBAS_ID", `no property "HYBAS_ID" to take the id from; there are a, b`, true},
		{"property null", feature(``, `{"a":null}`), "a", `property "a" is null`, true},
		{"property list", feature(``, `{"a":[1]}`), "a", `property "a" is an array`, true},
		{"no properties", feature(``, `null`), "a", "there are no properties", true},
		{"id: own", feature(`"id":"own",`, `{"a":1}`), "id", "own", false},
		{"id: property first", feature(`"id":"0",`, `{"id":"real"}`), "id", "real", false},
		{"id: neither", feature(``, `{"a":1}`), "id", `no property "id"`, true},
		{"id: own null", feature(`"id":null,`, `{}`), "id", "is null", true},
		{"geometry has none", pointText, "a", "no property", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read, err := readAll(t, strings.NewReader(tt.text), Options{IDField: tt.field, Keep: []string{}})
			if tt.fails {
				require.ErrorIs(t, err, ErrMissingID)
				assert.ErrorContains(t, err, tt.want)
				assert.ErrorContains(t, err, "feature 0, line 1")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []string{tt.want}, idsOf(read))
		})
	}
}

func TestDuplicateIDs(t *testing.T) {
	const a, b, aAgain = `{"type":"Feature","id":1,"geometry":null}`, `{"type":"Feature","id":"1.0","geometry":null}`, `{"type":"Feature","id":"1","geometry":null}`
	text := a + "\n" + b + "\n" + aAgain + "\n" + b
	read, err := readAll(t, strings.NewReader(text), Options{})
	require.ErrorIs(t, err, ErrDuplicateID)
	assert.ErrorContains(t, err, `feature 2, line 3, byte `)
	assert.ErrorContains(t, err, `features 0 and 2 (counted from 0) have the same id "1"`)
	assert.Len(t, read, 2)

	sum, err := Scan(strings.NewReader(text), Options{})
	require.ErrorIs(t, err, ErrDuplicateID)
	assert.Equal(t, 2, sum.Features)

	read, err = readAll(t, strings.NewReader(text), Options{TrustIDs: true})
	require.NoError(t, err)
	assert.Len(t, read, 4)
}

func TestSummary(t *testing.T) {
	text := featureA + "\n" + featureB + "\n" + featureBare + "\n"
	sum, err := Scan(strings.NewReader(gzipped(t, text)), Options{TrustIDs: true})
	require.NoError(t, err)
	assert.Equal(t, Summary{
		Features: 3, Bytes: int64(len(text)),
		GeometryBytes: int64(2*len(pointText) + len("null")), LargestGeometry: int64(len(pointText)),
	}, sum)
}

// Either all features have ids of their own or none has, because a position may be the id of another feature.
func TestIDsAndPositionsDoNotMix(t *testing.T) {
	for text, want := range map[string]string{
		featureA + "\n" + featureBare: "feature 1, line 2, byte 128: it has no id, and those before it have one; name the property that holds the id",
		featureBare + "\n" + featureA: "feature 1, line 2, byte 85: it has an id of its own, and those before it have none",
	} {
		_, err := Scan(strings.NewReader(text), Options{})
		require.ErrorIs(t, err, ErrMissingID)
		assert.ErrorContains(t, err, want)
	}
	_, err := Scan(strings.NewReader(featureBare+"\n"+featureBare), Options{})
	require.NoError(t, err)
}
