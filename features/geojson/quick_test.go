package geojson

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/community-attribute-service/cas-go/internal/geotext"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plainFeature is a feature as most are, with some of what quick looks at twice.
func plainFeature(id int, coordinates string) string {
	return fmt.Sprintf(`{"type":"Feature","id":"f-%d","properties":{"HYBAS_ID":%d,"name":"Größe \u00e9\n","list":[1,{"a":null,"b":[]}],"x":-1.5e-7,"on":true},`, id, 7_120_000_000+id) +
		`"geometry":{"type":"Polygon", "coordinates":[[` + coordinates + `]]} }`
}

const (
	ringOfOneShape   = `[-84.123456,36.123456],[-84.223456,36.123457],[-84.323456,36.223457],[-84.123456,36.123456]`
	ringOfManyShapes = `[-84.1,36.12],[-84,36.123457],[-84.323,0.223457], [-4.123456, 36.123456],[100,2e1,12.5],[-0.5,8,4.25],[1,1,1],[-84.1,36.12]`
)

func TestQuickTakesWhatIsUsual(t *testing.T) {
	bare := func(properties string) string {
		return `{"type":"Feature","properties":` + properties + `,"geometry":null}`
	}
	many := func(n int) string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf(`"column %d":%d`, i, i)
		}
		return "{" + strings.Join(names, ",") + "}"
	}
	tests := []struct {
		name, text string
		taken      bool
	}{
		{"one shape", plainFeature(1, ringOfOneShape), true},
		{"many shapes", plainFeature(2, ringOfManyShapes), true},
		{"white space", strings.NewReplacer(",", " ,\n\t", ":", " :\r ", "[", "[ ", "{", "{ ").Replace(plainFeature(3, ringOfOneShape)), true},
		{"as Python writes", strings.NewReplacer(",", ", ", ":", ": ").Replace(plainFeature(4, ringOfOneShape)), true},
		{"no properties", bare(`null`), true},
		{"empty", bare(`{}`), true},
		{"name that is not ASCII", bare(`{"Größe":1}`), true},
		{"many properties", bare(many(300)), true},
		{"too many properties", bare(many(quickNames)), false},
		{"many properties, one twice", bare(strings.Replace(many(300), "column 299", "column 7", 1)), false},
		{"deep", bare(strings.Repeat("[", quickDepth) + strings.Repeat("]", quickDepth)), true},
		{"deeper", bare(strings.Repeat("[", quickDepth+1) + strings.Repeat("]", quickDepth+1)), false},
		{"escape in a name", bare(`{"a\u0062":1}`), false},
		{"surrogate pair", bare(`{"a":"\ud83d\ude00"}`), false},
		{"control character", bare("{\"a\":\"\x01\"}"), false},
		{"not UTF-8", bare("{\"a\":\"\xff\"}"), false},
		{"name twice", bare(`{"a":1,"a":2}`), false},
		{"name twice, deeper", bare(`{"a":[{"b":1,"b":2}]}`), false},
		{"name twice in the geometry", `{"type":"Feature","geometry":{"type":"Point","type":"Point"}}`, false},
		{"member twice", `{"type":"Feature","geometry":null,"geometry":null}`, false},
		{"NaN", bare(`{"a":NaN}`), false},
		{"leading zero", plainFeature(5, strings.Replace(ringOfOneShape, "36.223457", "06.223457", 1)), false},
		{"no digit behind the point", plainFeature(6, "[1.,2]"), false},
		{"comma at the end", plainFeature(7, ringOfOneShape+","), false},
		{"no comma between positions", plainFeature(8, "[1.5,2.5][1.5,2.5]"), false},
		{"a geometry", pointText, false},
		{"a collection", `{"type":"FeatureCollection","features":[]}`, false},
		{"a feature with features", `{"type":"Feature","features":[],"geometry":null}`, false},
		{"crs", `{"type":"Feature","crs":null,"geometry":null}`, false},
		{"no type", `{"geometry":null}`, false},
		{"cut", `{"type":"Feature","geometry":null`, false},
		{"no members", `{}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newParser(Options{})
			for range 2 { // with names and shapes known, too
				want := 0
				if tt.taken {
					want = len(tt.text)
				}
				assert.Equal(t, want, p.quick([]byte(tt.text)))
				assert.Equal(t, want, p.quick([]byte(tt.text+",\n"+tt.text)))
			}
			assertSameRecord(t, p, []byte(tt.text))
		})
	}
}

// TestQuickIsAsStrictAsJSONText replaces, drops and doubles every byte of features.
func TestQuickIsAsStrictAsJSONText(t *testing.T) {
	for _, feature := range []string{plainFeature(1, ringOfOneShape), plainFeature(2, ringOfManyShapes)} {
		p := newParser(Options{IDField: "HYBAS_ID"})
		require.Equal(t, len(feature), p.quick([]byte(feature)))
		shape, order := p.shape, p.order
		for i := range feature {
			variants := []string{feature[:i] + feature[i+1:], feature[:i+1] + feature[i:], feature[:i]}
			for _, c := range []byte("\x00\t\n\x1f !\"'+,-./059:;@AEFINUZ[\\]_`aefnrtuz{|}~\x7f\x80\xbf\xc3\xe2\xff") {
				variants = append(variants, feature[:i]+string([]byte{c})+feature[i+1:], feature[:i]+string([]byte{c})+feature[i:])
			}
			for _, text := range variants {
				p.shape, p.order = shape, order
				if text != "" && text[0] == '{' {
					assertSameRecord(t, p, []byte(text+strings.Repeat(" ", i%2*maxShape)))
				}
			}
		}
	}
}

// assertSameRecord holds what quick takes of text against what jsontext says.
func assertSameRecord(t *testing.T, p *parser, text []byte) {
	t.Helper()
	n := p.quick(text)
	if n == 0 {
		return
	}
	f := geotext.NewFramer('{')
	end, done := f.Scan(text)
	require.True(t, done, "%q", text)
	require.Equal(t, end, n, "%q", text)
	careful := &parser{idField: p.idField, keepAll: p.keepAll, names: p.names, careful: true}
	want, err := careful.object(text[:n])
	require.NoError(t, err, "%q", text)
	got := p.rec
	if len(got.kept) == 0 {
		got.kept = want.kept[:len(want.kept):len(want.kept)] // nil or empty
	}
	require.Equal(t, *want, got, "%q", text)
}

// FuzzQuick holds the two ways through a text against each other: the same
// features, the same error in the same place.
func FuzzQuick(f *testing.F) {
	one, other := plainFeature(1, ringOfOneShape), plainFeature(2, ringOfManyShapes)
	for _, seed := range []string{
		`{"type":"FeatureCollection","features":[` + one + ",\n" + other + `],"crs":null}`,
		one + "\n" + other + "\n", "\x1e" + one + "\n\x1e" + other, featureA + "\n" + featureB, one + "\n" + other[:100] + "\n" + featureA,
		`{"type":"Feature","properties":{"HYBAS_ID":"\ud83d\ude00","a":NaN},"geometry":{"type":"Point","coordinates":[1,2]}}`,
	} {
		f.Add([]byte(seed), "HYBAS_ID", byte(0))
		f.Add([]byte(seed), "", byte(1))
		f.Add([]byte(seed), "id", byte(6))
	}
	f.Fuzz(func(t *testing.T, text []byte, field string, how byte) {
		o := Options{IDField: field, MaxFeatureBytes: 1 << 14, TrustIDs: how&1 != 0}
		switch how >> 1 & 3 {
		case 1:
			o.Keep = []string{}
		case 2:
			o.Keep = []string{"name", "a"}
		}
		read := func(careful bool) (features []Feature, place string) {
			var r io.Reader = bytes.NewReader(text)
			if how&8 != 0 {
				r = iotest.HalfReader(r)
			}
			rd := newReader(r, o)
			rd.parser.careful = careful
			rd.lateCRS = how&16 != 0
			err := rd.read(func(rec *record) error {
				features = append(features, rec.feature())
				return nil
			})
			return features, fmt.Sprintf("%v at %d, crs %s", err, rd.src.base+int64(rd.src.pos), rd.found)
		}
		want, wantPlace := read(true)
		got, place := read(false)
		require.Equal(t, wantPlace, place)
		require.Equal(t, want, got)

		p := newParser(o)
		for pos := bytes.IndexByte(text, '{'); pos >= 0 && pos < len(text); pos++ {
			if text[pos] == '{' {
				assertSameRecord(t, p, text[pos:])
			}
		}
	})
}
