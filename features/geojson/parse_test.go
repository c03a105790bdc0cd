package geojson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plainFeature is a common feature, with some escapes and numbers that need a closer look.
func plainFeature(id int, coordinates string) string {
	return fmt.Sprintf(`{"type":"Feature","id":"f-%d","properties":{"HYBAS_ID":%d,"name":"Größe \u00e9\n","list":[1,{"a":null,"b":[]}],"x":-1.5e-7,"on":true},`, id, 7_120_000_000+id) +
		`"geometry":{"type":"Polygon", "coordinates":[[` + coordinates + `]]} }`
}

const (
	ringOfOneShape   = `[-84.123456,36.123456],[-84.223456,36.123457],[-84.323456,36.223457],[-84.123456,36.123456]`
	ringOfManyShapes = `[-84.1,36.12],[-84,36.123457],[-84.323,0.223457], [-4.123456, 36.123456],[100,2e1,12.5],[-0.5,8,4.25],[1,1,1],[-84.1,36.12]`
)

// A duplicate name, or text that is not UTF-8, is refused in the parts that make a feature and ignored in all others.
func TestWhatMattersIsStrict(t *testing.T) {
	feature := func(members string) string {
		return `{"type":"Feature","geometry":null,"properties":{"ID":"a","n":1},` + members + `}`
	}
	properties := func(members string) string {
		return `{"type":"Feature","geometry":null,"properties":{"ID":"a",` + members + `}}`
	}
	geometry := func(members string) string {
		return `{"type":"Feature","geometry":{"type":"Point",` + members + `},"properties":{"ID":"a"}}`
	}
	asked := Options{IDField: "ID", Keep: []string{"n"}}
	for _, tt := range []struct {
		name, text string
		o          Options
		want       string // of the message; "" is read
	}{
		{"foreign member twice", feature(`"x":1,"x":2`), asked, ""},
		{"foreign member, twice inside", feature(`"x":[{"y":1,"y":2}]`), asked, ""},
		{"foreign member, lone surrogate", feature(`"x":"\ud800"`), asked, ""},
		{"foreign member, lone surrogate in its name", feature(`"\ud800":1`), asked, ""},
		{"foreign member, Latin-1", feature("\"x\":\"M\xfcritz\""), asked, ""},
		{"property twice", properties(`"x":1,"x":2`), asked, ""},
		{"property, lone surrogate", properties(`"x":"\udc00"`), asked, ""},
		{"property, Latin-1", properties("\"\xfc\":\"M\xfcritz\""), asked, ""},
		{"property of the geometry twice", geometry(`"x":1,"x":2,"coordinates":[1,2]`), asked, ""},
		{"properties that nobody wants, twice", `{"type":"Feature","geometry":null,"properties":{},"properties":[]}`, Options{Keep: []string{}}, ""},
		{"type twice", feature(`"type":"Feature"`), asked, "a member name occurs twice in one object (at /type)"},
		{"type twice, by an escape", feature(`"t\u0079pe":"Feature"`), asked, "a member name occurs twice in one object (at /type)"},
		{"geometry twice", feature(`"geometry":null`), asked, "a member name occurs twice in one object (at /geometry)"},
		{"id twice", feature(`"id":1,"id":1`), asked, "a member name occurs twice in one object (at /id)"},
		{"crs twice", feature(`"crs":null,"crs":null`), asked, "a member name occurs twice in one object (at /crs)"},
		{"properties twice", feature(`"properties":{}`), asked, "a member name occurs twice in one object (at /properties)"},
		{"coordinates twice", geometry(`"coordinates":[1,2],"coordinates":[1,2]`), asked, "a member name occurs twice in one object (at /geometry/coordinates)"},
		{"type of the geometry twice", geometry(`"type":"Point"`), asked, "a member name occurs twice in one object (at /geometry/type)"},
		{"id field twice", properties(`"ID":1`), asked, "a member name occurs twice in one object (at /properties/ID)"},
		{"kept property twice", properties(`"n":1,"n":2`), asked, "a member name occurs twice in one object (at /properties/n)"},
		{"kept property, twice inside", properties(`"n":[0,{"a":1,"a":2}]`), asked, "a member name occurs twice in one object (at /properties/n/1/a)"},
		{"kept property, lone surrogate", properties(`"n":"\ud800"`), asked, "(at /properties/n)"},
		{"kept property, Latin-1", properties("\"n\":\"M\xfcritz\""), asked, "invalid UTF-8; save the input as UTF-8 (at /properties/n)"},
		{"id, lone surrogate", feature(`"id":"\ud800"`), asked, "(at /id)"},
		{"all are kept, twice", properties(`"x":1,"x":2`), Options{}, "a member name occurs twice in one object (at /properties/x)"},
		{"all are kept, a name in Latin-1", properties("\"\xfc\":1"), Options{}, "invalid UTF-8; save the input as UTF-8"},
		{"features twice", `{"type":"FeatureCollection","features":[],"features":[]}`, asked, "a member name occurs twice in one object (at /features)"},
		{"member of a collection twice", `{"type":"FeatureCollection","name":1,"name":2,"features":[` + featureBare + `],"x":"\ud800"}`, Options{Keep: []string{}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			features, err := readAll(t, strings.NewReader(tt.text), tt.o)
			_, scanErr := Scan(strings.NewReader(tt.text), tt.o)
			if tt.want == "" {
				require.NoError(t, err)
				require.NoError(t, scanErr)
				require.Len(t, features, 1)
				return
			}
			require.ErrorIs(t, err, ErrNotGeoJSON)
			assert.ErrorContains(t, err, tt.want)
			require.EqualError(t, scanErr, err.Error())
		})
	}
}

// asJSONText compares the parser with jsontext: it accepts what jsontext accepts strictly, and refuses what jsontext refuses leniently.
func asJSONText(t *testing.T, p *parser, text []byte) {
	t.Helper()
	read := func(o ...jsontext.Options) (int64, error) {
		d := jsontext.NewDecoder(bytes.NewBuffer(text), o...)
		_, err := d.ReadValue()
		if end := d.InputOffset(); err == nil && end < int64(len(text)) {
			return end, errAfterObject
		}
		return d.InputOffset(), err
	}
	rec, err := p.object(text)
	_, lenient := read(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	switch _, strict := read(); {
	case strict == nil:
		require.NoError(t, err, "%q", text)
		require.False(t, rec.notJSON)
	case lenient != nil && !rec.notJSON:
		require.Error(t, err, "%q", text)
		var want, got *jsontext.SyntacticError
		if errors.As(lenient, &want) && errors.As(err, &got) {
			require.LessOrEqual(t, got.ByteOffset, want.ByteOffset, "%q", text)
		}
	}
	if err != nil || rec.notJSON || lenient != nil {
		return
	}
	var want struct {
		ID, Geometry json.RawMessage
		Properties   map[string]json.RawMessage
	}
	if json.Unmarshal(text, &want) != nil || bytes.ContainsAny(text, `\`) || !bytes.Contains(text, []byte(`"type"`)) {
		return // encoding/json takes names in any case
	}
	if len(rec.kept) > 0 && bytes.Contains(text, []byte(`"properties"`)) {
		for _, k := range rec.kept {
			require.Equal(t, string(want.Properties[k.name]), string(rec.slice(k.value)), "%q", text)
		}
	}
}

// Every byte of features is replaced, dropped and doubled.
func TestParserIsAsStrictAsJSONText(t *testing.T) {
	for _, feature := range []string{plainFeature(1, ringOfOneShape), plainFeature(2, ringOfManyShapes)} {
		p := newParser(Options{IDField: "HYBAS_ID"})
		asJSONText(t, p, []byte(feature))
		for i := range feature {
			variants := []string{feature[:i] + feature[i+1:], feature[:i+1] + feature[i:], feature[:i]}
			for _, c := range []byte("\x00\t\n\x1f !\"'+,-./059:;@AEFINUZ[\\]_`aefnrtuz{|}~\x7f\x80\xbf\xc3\xe2\xff") {
				variants = append(variants, feature[:i]+string([]byte{c})+feature[i+1:], feature[:i]+string([]byte{c})+feature[i:])
			}
			for _, text := range variants {
				if text != "" && text[0] == '{' {
					asJSONText(t, p, []byte(text))
				}
			}
		}
	}
}

// FuzzParser does the same with any text.
func FuzzParser(f *testing.F) {
	for _, seed := range []string{
		plainFeature(1, ringOfOneShape), plainFeature(2, ringOfManyShapes), featureA, featureB,
		`{"type":"FeatureCollection","features":[` + featureA + `],"crs":null}`, `{"a":[1}]}`, `{"a":1}}`,
		`{"type":"Feature","properties":{"HYBAS_ID":"\ud83d\ude00","a":NaN},"geometry":{"type":"Point","coordinates":[1,2]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 0 && text[0] == '{' {
			asJSONText(t, newParser(Options{IDField: "HYBAS_ID"}), text)
		}
	})
}

// A parser that has parsed other features returns the same as a new one.
func TestManyNames(t *testing.T) {
	names := func(from, n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"column %d":%d`, from+i, i)
		}
		return `{"type":"Feature","geometry":null,"properties":{` + strings.Join(list, ",") + "}}\n"
	}
	features, err := readAll(t, io.MultiReader(strings.NewReader(names(0, 800)), strings.NewReader(names(400, 3000)), strings.NewReader(names(0, 800))), Options{})
	require.NoError(t, err)
	require.Len(t, features, 3)
	for i, n := range []int{800, 3000, 800} {
		assert.Len(t, features[i].Properties, n)
	}
	_, err = readAll(t, strings.NewReader(names(0, 2000)+strings.Replace(names(0, 2000), "column 1999", "column 7", 1)), Options{})
	require.ErrorContains(t, err, "a member name occurs twice in one object (at /properties/column 7)")
}
