package ids

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestName(t *testing.T) {
	for text, want := range map[string]string{`"007"`: "007", `"a\"b"`: `a"b`, `""`: "", "7120034520": "7120034520", "-1.0": "-1.0", "1e3": "1e3"} {
		name, ok, err := Name([]byte(text))
		require.NoError(t, err)
		assert.True(t, ok, text)
		assert.Equal(t, want, name)
	}
	for _, text := range []string{"", "null", "true", "{}", "[1]", "NaN", "Infinity", "-Infinity"} {
		_, ok, err := Name([]byte(text))
		require.NoError(t, err)
		assert.False(t, ok, text)
	}
	_, _, err := Name([]byte(`"\x"`))
	require.Error(t, err)
}

// A property that would hold the id is a missing id, too; one that is to be kept is not.
func TestFieldError(t *testing.T) {
	err := Missing("ID", []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"})
	require.ErrorIs(t, err, ErrMissing)
	require.EqualError(t, err, `there is no property "ID" to take the id from; there are a, b, c, d, e, f, g, h, i, j, k, l, …`)
	other := &FieldError{Field: "AREA", Use: "keep"}
	require.NotErrorIs(t, other, ErrMissing)
	require.EqualError(t, other, `there is no property "AREA" to keep; there are no properties`)
}
