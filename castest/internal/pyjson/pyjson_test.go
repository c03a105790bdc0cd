package pyjson

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parse(t testing.TB, text string) (Value, error) {
	t.Helper()
	return new(Doc).Parse([]byte(text))
}

// What json.loads says, word for word; castest's recorded exchanges have many more.
func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, msg string
		pos       int
	}{
		{``, "Expecting value", 0},
		{`  `, "Expecting value", 2},
		{`[1,]`, "Expecting value", 3},
		{`[1 2`, "Expecting ',' delimiter", 3},
		{`{"a"`, "Expecting ':' delimiter", 4},
		{`{"a":1,}`, "Expecting property name enclosed in double quotes", 7},
		{`"abc`, "Unterminated string starting at", 0},
		{`"abc\`, "Unterminated string starting at", 0},
		{"\"a\x1f\"", "Invalid control character at", 2},
		{`"\x"`, `Invalid \escape`, 1},
		{`"\u12"`, `Invalid \uXXXX escape`, 2},
		{`"\u12g4"`, `Invalid \uXXXX escape`, 2},
		{`01`, "Extra data", 1},
		{`1.e5`, "Extra data", 1},
		{`-`, "Expecting value", 0},
		{"{\"\u00e9\U0001f600\":x}", "Expecting value", 6},
	} {
		_, err := parse(t, c.text)
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, c.text)
		assert.Equal(t, SyntaxError{c.msg, c.pos}, *syntax, c.text)
		assert.Contains(t, syntax.Error(), c.msg)
	}
}

func TestUndecodable(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"\"\xff\"", "\"\xc3\"", "\x1f\x8b\x08\x00", strings.Repeat("[", maxDepth+1), strings.Repeat("1", maxDigits+1), "\xff\xfe{", "\x00\x00\x00{\x00",
	} {
		_, err := parse(t, text)
		require.ErrorIs(t, err, ErrUndecodable, "%.20q", text)
	}
	_, err := parse(t, strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth))
	require.NoError(t, err)
	_, err = parse(t, "-"+strings.Repeat("1", maxDigits)+" ")
	require.NoError(t, err)
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = `{"a":"` + "\u00e9\u20ac\U0001f600" + `"}`
	units, runes := utf16.Encode([]rune(text)), []rune(text)
	encoded := map[string][]byte{"utf-8": []byte(text), "utf-8-sig": []byte("\xef\xbb\xbf" + text)}
	for name, order := range map[string]binary.AppendByteOrder{"le": binary.LittleEndian, "be": binary.BigEndian} {
		var b16, b32 []byte
		for _, u := range units {
			b16 = order.AppendUint16(b16, u)
		}
		for _, r := range runes {
			b32 = order.AppendUint32(b32, uint32(r))
		}
		encoded["utf-16-"+name], encoded["utf-32-"+name] = b16, b32
		encoded["utf-16-"+name+" with mark"] = append(order.AppendUint16(nil, 0xfeff), b16...)
		encoded["utf-32-"+name+" with mark"] = append(order.AppendUint32(nil, 0xfeff), b32...)
	}
	for name, body := range encoded {
		v, err := new(Doc).Parse(body)
		require.NoError(t, err, name)
		b, err := v.Append(nil)
		require.NoError(t, err, name)
		assert.Equal(t, text, string(b), name)
	}
	for _, digit := range []string{"1\x00", "\x001"} {
		v, err := parse(t, digit)
		require.NoError(t, err)
		assert.InDelta(t, 1, v.Float(), 0)
	}
}

// Both styles of json.dumps.
func TestDump(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, strict, sorted string }{
		{`{"b": 1, "a" :[ true,false,null ], "b":2}`, `{"b":2,"a":[true,false,null]}`, `{"a": [true, false, null], "b": 2}`},
		{
			`[-0, -0.0, 1E5, 1e16, 0.00001, 0.0001, 1e22, 0.1e1, 10.50, 123456789012345678901, 0.1, 1.0]`,
			`[0,-0.0,100000.0,1e+16,1e-05,0.0001,1e+22,1.0,10.5,123456789012345678901,0.1,1.0]`,
			`[0, -0.0, 100000.0, 1e+16, 1e-05, 0.0001, 1e+22, 1.0, 10.5, 123456789012345678901, 0.1, 1.0]`,
		},
		{
			`"\u0000\u001f\b\f\n\r\t\"\\\/\u007f` + "\u007f\u00e9\U0001f600" + `\ud83d\ude00"`,
			`"\u0000\u001f\b\f\n\r\t\"\\/` + "\u007f\u007f\u00e9\U0001f600\U0001f600" + `"`,
			`"\u0000\u001f\b\f\n\r\t\"\\/\u007f\u007f\u00e9\ud83d\ude00\ud83d\ude00"`,
		},
		{`{}`, `{}`, `{}`},
	} {
		v, err := parse(t, c.text)
		require.NoError(t, err)
		strict, err := v.Append(nil)
		require.NoError(t, err)
		assert.Equal(t, c.strict, string(strict))
		assert.Equal(t, c.sorted, string(v.AppendSorted(nil)))
	}
	for text, sorted := range map[string]string{
		`NaN`: `NaN`, `[-Infinity,1e999]`: `[-Infinity, Infinity]`, `"\ud800"`: `"\ud800"`, "\"\xed\xa0\x80\"": `"\ud800"`, `{"\udfff":1}`: `{"\udfff": 1}`,
	} {
		v, err := parse(t, text)
		require.NoError(t, err)
		_, err = v.Append(nil)
		require.ErrorIs(t, err, ErrUnencodable, text)
		assert.Equal(t, sorted, string(v.AppendSorted(nil)))
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	v, err := parse(t, `{"a":1,"\u0061":[10,[20],{"b":null}],"c":"x"}`)
	require.NoError(t, err)
	a, found := v.Get("a")
	require.True(t, found)
	assert.Equal(t, Array, a.Kind(), "the last one")
	assert.Equal(t, 3, a.Len())
	assert.Equal(t, `[10,[20],{"b":null}]`, string(a.Raw()))
	assert.Equal(t, 6, a.Nodes())
	_, found = v.Get("b")
	assert.False(t, found, "it is deeper")
	assert.Zero(t, v.Len())
	c, _ := v.Get("c")
	assert.True(t, c.Is("x"))
	assert.False(t, c.Is("y"))
	assert.False(t, a.Is("x"))
	names := ""
	for name := range v.Members() {
		names += name
	}
	assert.Equal(t, "aac", names)
	infinite, err := parse(t, "-Infinity")
	require.NoError(t, err)
	assert.Equal(t, math.Inf(-1), infinite.Float()) //nolint:testifylint // infinity
}

// The package reads what encoding/json reads, and a little more; what it writes reads back the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`{"geometry":{"type":"Point","coordinates":[-84.2,36.3]},"dataset_ids":["a:b"]}`, `[1,2.5,-3e-7,true,null,"\ud83d\ude00"]`, `{"a":NaN}`, `"\ud800"`, ` [ ] `,
		"\xff\xfe{\x00}\x00", "\xef\xbb\xbf{}", `{"a":1,"a":2}`, `01`, `[1,]`, `"\u12"`, "\"\x01\"", "-", "1e400", "\"\xed\xa0\x80\"",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := new(Doc).Parse(body)
		if err != nil {
			var syntax *SyntaxError
			if errors.As(err, &syntax) {
				require.True(t, syntax.Pos >= 0 && syntax.Pos <= len(body))
			} else {
				require.ErrorIs(t, err, ErrUndecodable)
			}
			if plain := bytes.IndexByte(body, 0) < 0; plain && json.Valid(body) { // with zeros it may be UTF-16
				require.ErrorIs(t, err, ErrUndecodable, "encoding/json reads it")
			}
			return
		}
		sorted := v.AppendSorted(nil)
		again, err := new(Doc).Parse(sorted)
		require.NoError(t, err)
		require.Equal(t, string(sorted), string(again.AppendSorted(nil)))

		strict, err := v.Append(nil)
		if err != nil {
			require.ErrorIs(t, err, ErrUnencodable)
			return
		}
		require.True(t, json.Valid(strict), "%q", strict)
		again, err = new(Doc).Parse(strict)
		require.NoError(t, err)
		require.Equal(t, string(sorted), string(again.AppendSorted(nil)))
	})
}
