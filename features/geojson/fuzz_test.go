package geojson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/community-attribute-service/cas-go/internal/words"

	"github.com/stretchr/testify/require"
)

// FuzzReadGeoJSON reads any text: nothing panics, the error comes last with a position inside the text, and the result does not depend on
// the pieces in which the text arrives.
func FuzzReadGeoJSON(f *testing.F) {
	collection := `{"type":"FeatureCollection","features":[` + featureA + `,` + featureB + `],"crs":null}`
	for _, seed := range []string{
		collection, featureA, pointText, featureA + "\n" + featureB, "\x1e" + featureA + "\n\x1e" + featureB,
		"\xef\xbb\xbf" + collection, collection[:60], `{"type":"Feature","geometry":NaN}`, `[`, `{"features":[`, `{"a\"`, "{}\n{\n}",
		plainFeature(1, ringOfOneShape) + "\n" + plainFeature(2, ringOfManyShapes)[:100] + "\n" + featureA,
		"\x1e" + plainFeature(1, ringOfOneShape) + "\n\x1e" + plainFeature(2, ringOfManyShapes),
	} {
		f.Add([]byte(seed), "id")
	}
	f.Add([]byte(gzipped(f, collection)), "n")
	f.Fuzz(func(t *testing.T, text []byte, field string) {
		o := Options{IDField: field, MaxFeatureBytes: 1 << 16}
		whole, err := readAll(t, bytes.NewReader(text), o)
		seen := map[string]bool{}
		for _, f := range whole {
			require.False(t, seen[f.ID], "duplicate id")
			seen[f.ID] = true
			require.True(t, f.Geometry == nil || bytes.Contains(text, f.Geometry) || bytes.HasPrefix(text, []byte{0x1f, 0x8b}))
			for _, v := range f.Properties {
				require.True(t, json.Valid(v))
			}
		}
		var at *ReadError
		if errors.As(err, &at) && !bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
			require.LessOrEqual(t, at.Offset, int64(len(text)))
			require.GreaterOrEqual(t, at.Offset, int64(0))
			require.Equal(t, bytes.Count(text[:at.Offset], []byte{'\n'})+1, at.Line)
		}
		pieces, pieceErr := readAll(t, iotest.OneByteReader(bytes.NewReader(text)), o)
		require.Equal(t, whole, pieces)
		require.Equal(t, err == nil, pieceErr == nil)
	})
}

// FuzzForms writes one feature in every form and reads it back.
func FuzzForms(f *testing.F) {
	f.Add(pointText, "01013500", `"x"`)
	f.Add(`null`, "a\"b\\", `{"a":[1,2.50,null]}`)
	f.Fuzz(func(t *testing.T, geometry, id, property string) {
		if len(geometry) == 0 || id == "" || !json.Valid([]byte(property)) {
			return
		}
		name, err := json.Marshal(id)
		require.NoError(t, err)
		feature := `{"properties":{"p":` + property + `},"id":` + string(name) + `,"geometry":` + geometry + `,"type":"Feature"}`
		other := `{"type":"Feature","id":"` + `other` + `","geometry":null}`
		want, err := readAll(t, bytes.NewReader([]byte(feature)), Options{})
		if err != nil || id == "other" || bytes.ContainsAny([]byte(feature), "\n\x1e") {
			return
		}
		for form, text := range map[string]string{
			"lines":            feature + "\n" + other + "\n",
			"sequence":         "\x1e" + feature + "\n\x1e" + other + "\n",
			"collection":       `{"type":"FeatureCollection","features":[` + feature + `,` + other + `]}`,
			"collection, late": `{"features":[ ` + feature + "\n,\n" + other + ` ],"type":"FeatureCollection"}`,
			"gzip":             gzipped(t, feature+"\n"+other),
		} {
			got, err := readAll(t, bytes.NewReader([]byte(text)), Options{})
			require.NoError(t, err, form)
			require.Len(t, got, 2, form)
			require.Equal(t, want[0], got[0], form)
			require.Equal(t, "other", got[1].ID, form)
		}
	})
}

// FuzzFramer compares the ends that it finds in the whole text and byte by byte.
func FuzzFramer(f *testing.F) {
	f.Add([]byte(`{"a":"\\\"}","b":[{}]}x`))
	f.Add([]byte(`"\\"x`))
	f.Add([]byte(`12,`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) == 0 {
			return
		}
		whole := words.NewFramer(text[0])
		n, done := whole.Scan(text)
		require.LessOrEqual(t, n, len(text))
		bytewise := words.NewFramer(text[0])
		at, end := 0, false
		for size := 1; size <= len(text) && !end; size++ {
			var k int
			k, end = bytewise.Scan(text[at:size])
			at += k
		}
		require.Equal(t, done, end)
		if done {
			require.Equal(t, n, at)
			if json.Valid(text[:n]) && (text[0] == '{' || text[0] == '[') {
				var v json.RawMessage
				require.NoError(t, json.NewDecoder(io.LimitReader(bytes.NewReader(text), int64(n))).Decode(&v))
				require.Len(t, v, n)
			}
		}
	})
}
