package cas

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sameScan fails unless coordinates are judged the same with a blank behind every bracket, which keeps positionRun out.
func sameScan(t *testing.T, text []byte) {
	t.Helper()
	spaced := bytes.ReplaceAll(text, []byte("["), []byte("[ "))
	var fast, slow coordinateScanner
	end, err := fast.scan(text, 0)
	slowEnd, slowErr := slow.scan(spaced, 0)
	place, _, _ := strings.Cut(fmt.Sprint(err), ":") // what follows quotes the text
	slowPlace, _, _ := strings.Cut(fmt.Sprint(slowErr), ":")
	require.Equal(t, slowPlace, place, "%.200s", text)
	if err == nil {
		require.Equal(t, slow, fast, "%.200s", text)
		require.Equal(t, slowEnd-bytes.Count(spaced[:slowEnd], []byte("[")), end, "%.200s", text)
	}
}

// ring is the text of a ring of n positions: with any numbers, or, if alike, in one place and with all the same decimals or at most so
// many, as trailing zeros are not written.
func ring(r *rand.Rand, n int, alike bool) []byte {
	lon, lat, place, round := r.IntN(18), r.IntN(18), r.Float64()*100, r.IntN(2) == 0
	b := []byte("[[")
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		if alike {
			b = appendDecimals(b, place+r.Float64()/9, lon, round)
			b = appendDecimals(append(b, ','), -place-r.Float64()/9, lat, round)
			b = append(b, ']')
			continue
		}
		b = strconv.AppendFloat(b, (r.Float64()-0.5)*360, 'f', r.IntN(18), 64)
		b = append(b, ',')
		b = strconv.AppendFloat(b, (r.Float64()-0.5)*180, 'f', r.IntN(9), 64)
		b = append(b, ']')
	}
	return append(b, "]]"...)
}

func appendDecimals(b []byte, f float64, decimals int, round bool) []byte {
	b = strconv.AppendFloat(b, f, 'f', decimals, 64)
	if round && decimals > 0 {
		b = bytes.TrimRight(b, "0")
		b = bytes.TrimSuffix(b, []byte{'.'})
	}
	return b
}

func TestScanFastAndSlowAgree(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		text := ring(r, 1+r.IntN(50), i%3 > 0)
		sameScan(t, text)
		for range 30 {
			broken := bytes.Clone(text)
			broken[r.IntN(len(broken))] = "0123456789-+.eE,[] xN\"\x00\xff"[r.IntN(24)]
			sameScan(t, broken)
			sameScan(t, broken[:r.IntN(len(broken))])
		}
	}
}

// Every place in the midst of what is read fast is broken in many ways, or left out.
func TestScanMissesNothing(t *testing.T) {
	t.Parallel()
	for _, position := range []string{"[-84.2308,36.1983]", "[1.5,2.25]", "[-120.123456789012345,-30.1234567890123]"} {
		text := strings.Repeat(position+",", 50)
		text = "[[" + text + position + "]]"
		from := 2 + 20*(len(position)+1)
		for at := from; at < from+len(position)+1; at++ {
			for _, b := range []byte("059-+.eE,[] :/\\^mz\x00\x10\x7f\x80\xb0\xdd\xff") {
				sameScan(t, []byte(text[:at]+string([]byte{b})+text[at+1:]))
				sameScan(t, []byte(text[:at]+string([]byte{b})+text[at:]))
			}
			for n := range 3 {
				sameScan(t, []byte(text[:at]+text[at+n:]))
			}
		}
	}
}

// What is spelled alike is read by its spelling, whatever the decimals, but for the end of the text.
func TestSpellingIsLearnt(t *testing.T) {
	t.Parallel()
	const positions = 1000
	r := rand.New(rand.NewPCG(1, 2))
	for name, c := range map[string]struct {
		like     string
		decimals func() string
	}{
		"four to six": {"123456", func() string { return strconv.Itoa(1e5 + r.IntN(9e5))[:4+r.IntN(3)] }},
		"eight":       {"12345678", func() string { return strconv.Itoa(1e7 + r.IntN(9e7)) }},
		"fifteen":     {"123456789012345", func() string { return strconv.Itoa(1e14 + r.IntN(9e14)) }},
	} {
		var text []byte
		for range positions {
			text = append(text, "[-84."+c.decimals()+",36."+c.decimals()+"],"...)
		}
		second := bytes.IndexByte(text[1:], '[') + 1
		var s spelling
		s.learn([]byte("[-84." + c.like + ",36." + c.like + "],["))
		next, n := s.run(text, second)
		require.Greater(t, n, positions-50, name)
		require.Equal(t, n, bytes.Count(text[second:next], []byte{'['}), name)
	}
}

func FuzzScanFastAndSlowAgree(f *testing.F) {
	for _, text := range []string{"[[[0,1],[1.5,-2],[-0.25,1e3],[01,2],[1.,2],[1,2,3],[1]]]", "[1,2]", "[[[1,2],[3,4]],[[5,6],[7,8]]]", "[[1234567890.5,2],[1,2],[3,4]]"} {
		f.Add([]byte(text))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 10 {
		f.Add(ring(r, 30, i%2 == 0))
	}
	f.Fuzz(func(t *testing.T, text []byte) { sameScan(t, text) })
}
