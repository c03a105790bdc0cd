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

// ring is the text of a ring of n positions, each with any decimals or, if alike, all with the same.
func ring(r *rand.Rand, n int, alike bool) []byte {
	lon, lat, place := r.IntN(18), r.IntN(12), r.Float64()*100
	b := []byte("[[")
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		if alike {
			b = strconv.AppendFloat(b, place+r.Float64()/9, 'f', lon, 64)
			b = strconv.AppendFloat(append(b, ','), -place-r.Float64()/9, 'f', lat, 64)
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

func TestScanFastAndSlowAgree(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 600 {
		text := ring(r, 1+r.IntN(20), i%2 == 0)
		sameScan(t, text)
		for range 50 {
			broken := bytes.Clone(text)
			broken[r.IntN(len(broken))] = "0123456789-+.eE,[] xN\"\x00\xff"[r.IntN(24)]
			sameScan(t, broken)
			sameScan(t, broken[:r.IntN(len(broken))])
		}
	}
}

func FuzzScanFastAndSlowAgree(f *testing.F) {
	for _, text := range []string{"[[[0,1],[1.5,-2],[-0.25,1e3],[01,2],[1.,2],[1,2,3],[1]]]", "[1,2]", "[[[1,2],[3,4]],[[5,6],[7,8]]]", "[[1234567890.5,2],[1,2],[3,4]]"} {
		f.Add([]byte(text))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 10 {
		f.Add(ring(r, 10, i%2 == 0))
	}
	f.Fuzz(func(t *testing.T, text []byte) { sameScan(t, text) })
}
