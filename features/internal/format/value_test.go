package format

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAppendValue(t *testing.T) {
	for text, want := range map[string]string{
		"":                    `null`,
		"0":                   `0`,
		"-0":                  `-0`,
		"7120034520":          `7120034520`,
		"1.0":                 `1.0`,
		"-0.5":                `-0.5`,
		"1e-05":               `1e-05`,
		"1.5E3":               `1.5E3`,
		"1E+400":              `1E+400`,
		"123456789012345678":  `123456789012345678`,
		"1234567890123456789": `"1234567890123456789"`,
		"00123":               `"00123"`,
		"12E5":                `"12E5"`,
		".5":                  `".5"`,
		"5.":                  `"5."`,
		"+5":                  `"+5"`,
		"-":                   `"-"`,
		"1e":                  `"1e"`,
		"1.2e+":               `"1.2e+"`,
		"0x10":                `"0x10"`,
		"NaN":                 `"NaN"`,
		"1,5":                 `"1,5"`,
		" 1":                  `" 1"`,
		"a\"b\\\n":            `"a\"b\\\n"`,
		"Zürich":              `"Zürich"`,
		"Z\xfcrich":           `"Zürich"`,
	} {
		assert.Equal(t, want, string(AppendValue(nil, []byte(text))), text)
	}
}

func FuzzAppendValue(f *testing.F) {
	f.Add([]byte("1.5e+3"))
	f.Fuzz(func(t *testing.T, text []byte) {
		assert.True(t, json.Valid(AppendValue(nil, text)), "%q", text)
	})
}
