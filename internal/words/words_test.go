package words

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDigitsIn(t *testing.T) {
	for text, want := range map[string]int{
		"12345678": 8, "1234567,": 7, ",1234567": 0, "0000000/": 7, "0000000:": 7, "9\x00999999": 1, "9\xff999999": 1, "99\xb9\xb099999": 2,
	} {
		assert.Equal(t, want, DigitsIn(binary.LittleEndian.Uint64([]byte(text))), "%q", text)
	}
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
			require.Equal(t, n, DigitsIn(binary.LittleEndian.Uint64(text[pos:])))
		}
		end, ascii := pos, true
		for ; end < len(text) && text[end] != '"' && text[end] != '\\' && text[end] >= ' '; end++ {
			ascii = ascii && text[end] < 0x80
		}
		gotEnd, gotASCII := PlainEnd(text, pos)
		require.Equal(t, end, gotEnd)
		require.Equal(t, ascii, gotASCII)
	})
}
