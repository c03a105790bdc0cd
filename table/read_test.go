package table

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// copyTable reads a table and writes it again.
func copyTable(f Reader, text string, columns []Column) (string, error) {
	var out bytes.Buffer
	w, err := f.NewWriter(&out, columns)
	if err != nil {
		return "", err
	}
	for row, err := range f.ReadRows(strings.NewReader(text), int64(len(text)), columns) {
		if err != nil {
			return "", err
		}
		if err := w.WriteRow(row); err != nil {
			return "", err
		}
	}
	err = w.Close()
	return out.String(), err
}

func TestReadingRefusesWhatWasNotWritten(t *testing.T) {
	columns := []Column{{Name: "id"}, {Name: "a,b", Role: RoleKept}}
	for _, c := range []struct {
		format     Reader
		text, want string
	}{
		{CSV{}, "", "head line: unexpected EOF"},
		{CSV{}, "id,c\n", `column 2 is "c", not "a,b"`},
		{CSV{}, "id\n", "head line: 2 cells expected"},
		{CSV{}, "id,\"a,b\"\n1,2,3\n", "row 1: 2 cells expected"},
		{CSV{}, "id,\"a,b\"\n1,2\n1\n", "row 2: 2 cells expected"},
		{CSV{}, "id,\"a,b\"\n1,2", "row 1: unexpected EOF"},
		{CSV{}, "id,\"a,b\"\n1,\"2", "row 1: unexpected EOF"},
		{CSV{}, "id,\"a,b\"\n1,\"2\"x\n", "row 1: not as this program writes CSV"},
		{NDJSON{}, `{"id":"1"}`, `row 1: member 2 is }, not "a,b"`},
		{NDJSON{}, `{"id":"1","a,b":2,"c":3}`, "row 1: more than 2 members"},
		{NDJSON{}, `{"id":"1","c":2}`, `row 1: member 2 is c, not "a,b"`},
		{NDJSON{}, `{"id":"1",`, "unexpected EOF"},
		{NDJSON{}, `7`, "row 1: not an object but 7"},
		{JSON{}, `{}`, "not an array"},
		{JSON{}, ``, "not an array"},
		{GeoJSON{}, ``, "not a collection as this program writes it"},
		{GeoJSON{}, `{"type":"FeatureCollection", "features":[]}`, "not a collection as this program writes it"},
		{GeoJSON{}, geoStart, "unexpected EOF"},
		{GeoJSON{}, geoStart + `]`, "unexpected EOF"},
		{GeoJSON{}, geoStart + `],"more":1}`, "more than features"},
		{GeoJSON{}, geoStart + `{"type":"Point"}`, `Point, not "Feature"`},
		{GeoJSON{}, geoStart + `{"type":"Feature","properties":null}`, "properties that are no object"},
		{GeoJSON{}, geoStart + `{"type":"Feature","properties":{"id":1}}`, `row 1: member 2 is }, not "a,b"`},
		{GeoJSON{}, geoStart + `{"type":"Feature","properties":{"id":1,"a,b":2},"id":1}`, `id, not "geometry"`},
		{GeoJSON{}, geoStart + `{"type":"Feature","properties":{"id":1,"a,b":2},"geometry":null,"id":1}`, "a feature with other members"},
		{GeoJSON{}, geoStart + `{"type":"Feature","properties":{"id":1,"a,b":2},"geometry":nul`, "unexpected EOF"},
	} {
		_, err := copyTable(c.format, c.text, columns)
		assert.ErrorContains(t, err, c.want, c.text)
	}
}

// FuzzCSVRead: what is accepted gives the same text when it is written.
func FuzzCSVRead(f *testing.F) {
	f.Add("id,NAME\n1,\"a\r\nb\"\n2,\n")
	f.Add("id,NAME\n\"\",\" x\"\n,\"\"\"\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		columns := []Column{{Name: "id"}, {Name: "NAME", Role: RoleKept}}
		once, err := copyTable(CSV{}, text, columns)
		if err != nil {
			return
		}
		again, err := copyTable(CSV{}, once, columns)
		require.NoError(t, err)
		require.Equal(t, once, again)
	})
}

// FuzzNDJSONRead is FuzzCSVRead for NDJSON.
func FuzzNDJSONRead(f *testing.F) {
	f.Add(`{"id":"1","NAME":[1, 2.50]}` + "\n" + `{"id":"2","NAME":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		columns := []Column{{Name: "id"}, {Name: "NAME", Role: RoleKept}}
		once, err := copyTable(NDJSON{}, text, columns)
		if err != nil {
			return
		}
		again, err := copyTable(NDJSON{}, once, columns)
		require.NoError(t, err)
		require.Equal(t, once, again)
	})
}

// FuzzGeoJSONRead is FuzzCSVRead for GeoJSON.
func FuzzGeoJSONRead(f *testing.F) {
	f.Add(geoStart + `{"type":"Feature","properties":{"id":"1","NAME":[1, 2.50]},"geometry":{"type":"Point","coordinates":[1, 2.0,3]}}]}` + "\n")
	f.Add(geoStart + `{"type":"Feature","properties":{"id":"1","NAME":null},"geometry":{"type":"Polygon","coordinates":[]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		columns := []Column{{Name: "id"}, {Name: "NAME", Role: RoleKept}}
		once, err := copyTable(GeoJSON{}, text, columns)
		if err != nil {
			return
		}
		again, err := copyTable(GeoJSON{}, once, columns)
		require.NoError(t, err)
		require.Equal(t, once, again)
	})
}
