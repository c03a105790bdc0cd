package tabulate

import (
	"io"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/features/geojson"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

const summit = `{"type":"Point","coordinates":[-84.2308,36.1983]}`

func TestSingle(t *testing.T) {
	feature := `{"type":"Feature","geometry":` + summit + `,"properties":{}}`
	for _, test := range []struct {
		what, text string
		single     bool
	}{
		{"a geometry", summit, true},
		{"a Feature", feature, true},
		{"with a byte order mark", "\ufeff" + feature + "\n", true},
		{"what the client refuses", `{"type":"LineString","coordinates":[]}`, true},
		{"a collection of one", `{"type":"FeatureCollection","features":[` + feature + `]}`, false},
		{"a collection of none", `{"features":[],"type":"FeatureCollection"}`, false},
		{"lines", feature + "\n" + feature, false},
		{"a sequence of one", "\x1e" + feature + "\n", false},
		{"a line and something", feature + "\n{", false},
	} {
		for name, input := range map[string]Input{"text": Text([]byte(test.text)), "stream": Stream("-", strings.NewReader(test.text))} {
			text, single, err := Single(t.Context(), &input)
			require.NoError(t, err, test.what)
			assert.Equal(t, test.single, single, "%s as %s", test.what, name)
			if single {
				assert.Equal(t, strings.TrimPrefix(test.text, "\ufeff"), string(text))
			}
			r, err := input.start(t.Context())
			require.NoError(t, err)
			whole, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, test.text, string(whole), "%s as %s can be read as if it had not been looked at", test.what, name)
		}
	}
}

func TestSingleOfWhatIsNoGeoJSON(t *testing.T) {
	input := Stream("-", strings.NewReader("SQLite format 3\x00"))
	_, _, err := Single(t.Context(), &input)
	require.ErrorIs(t, err, cas.ErrInvalidRequest)
	require.ErrorIs(t, err, geojson.ErrNotGeoJSON)
	assert.ErrorContains(t, err, "GeoPackage")

	input = Text(nil)
	_, _, err = Single(t.Context(), &input)
	require.ErrorIs(t, err, cas.ErrInvalidRequest)
	assert.ErrorContains(t, err, "the input is empty")
}
