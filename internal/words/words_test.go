package words

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDigits(t *testing.T) {
	for text, want := range map[string]int{
		"12345678": 8, "1234567,": 7, ",1234567": 0, "0000000/": 7, "0000000:": 7, "9\x00999999": 1, "9\xff999999": 1, "99\xb9\xb099999": 2,
	} {
		assert.Equal(t, want, Digits([]byte(text)), "%q", text)
	}
}

func TestPlainNumber(t *testing.T) {
	const behind = "],[-84.2308123,36.1983123]"
	for _, number := range []string{"0", "-0", "7", "-84", "1234567", "0.5", "-84.2308123", "1.123456789012345"} {
		assert.Equal(t, len(number), PlainNumber([]byte(number+behind), 0), number)
	}
	for _, number := range []string{"", "-", "00", "01.5", "-01", "12345678", "1.", "1.1234567890123456", ".5", "+1", "x", "--1"} {
		text := []byte(number + behind)
		assert.Equal(t, len(text), PlainNumber(text, 0), number)
	}
	for _, number := range []string{"1e5", "1.5E5"} { // whoever asks sees what follows
		assert.Equal(t, strings.IndexAny(number, "eE"), PlainNumber([]byte(number+behind), 0), number)
	}
	assert.Equal(t, 3, PlainNumber([]byte("1.5"), 0), "too close to the end to be told")
}

// FuzzWords holds each look at eight bytes against a look at every byte.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"", "12345678", `plain "`, "control \x1f", `back\slash`, "forêt\"", "\xff", "-84.2308123,36.1983123],[-84.2,36.1],[", "0.0000000000000000001 and more of it"} {
		f.Add([]byte(text), 0)
	}
	f.Fuzz(func(t *testing.T, text []byte, pos int) {
		if pos < 0 || pos > len(text) {
			return
		}
		if len(text)-pos >= 8 {
			n := 0
			for n < 8 && text[pos+n] >= '0' && text[pos+n] <= '9' {
				n++
			}
			require.Equal(t, n, Digits(text[pos:]))
		}
		end, ascii := pos, true
		for ; end < len(text) && text[end] != '"' && text[end] != '\\' && text[end] >= ' '; end++ {
			ascii = ascii && text[end] < 0x80
		}
		gotEnd, gotASCII := PlainEnd(text, pos)
		require.Equal(t, end, gotEnd)
		require.Equal(t, ascii, gotASCII)
		if end := PlainNumber(text, pos); end < len(text) {
			require.True(t, json.Valid(text[pos:end]), "%q", text[pos:end])
		}
	})
}
