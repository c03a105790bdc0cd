// Package formattest is what tests of all readers share: records as lines, and files that were damaged.
package formattest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// Count reads a file as far as it goes. An error may come from opening or reading.
func Count(open func(string, format.Options) (format.Reader, error), path string) (records int, err error) {
	r, err := open(path, format.Options{})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for _, err := range r.Records(format.Want{}) {
		if err != nil {
			return records, err
		}
		records++
	}
	return records, nil
}

// Lines are the records of a pass, a line each.
func Lines(t testing.TB, r format.Reader, want format.Want) (all []string) {
	t.Helper()
	for record, err := range r.Records(want) {
		require.NoError(t, err)
		all = append(all, Line(record))
	}
	return all
}

// Line is a record as text.
func Line(record *format.Record) string {
	var b strings.Builder
	b.WriteString(record.Place)
	for _, p := range record.Properties {
		fmt.Fprintf(&b, " %s=%s", p.Name, p.Value)
	}
	if record.Geometry.Type != "" {
		fmt.Fprintf(&b, " %s", record.Geometry.AppendGeoJSON(nil))
	}
	if record.Err != nil {
		fmt.Fprintf(&b, " ! %v", record.Err)
	}
	return b.String()
}

// Damage cuts, flips or mixes up a copy of a file. structure flips bytes where the format keeps its structure.
func Damage(random *rand.Rand, whole []byte, structure func(*rand.Rand, []byte)) []byte {
	b := append([]byte(nil), whole...)
	switch random.IntN(4) {
	case 0: // cut
		return b[:random.IntN(len(b))]
	case 1: // flipped bytes
		for range 1 + random.IntN(20) {
			b[random.IntN(len(b))] ^= byte(1 + random.IntN(255))
		}
	case 2:
		structure(random, b)
	default: // pieces changed places
		for range 1 + random.IntN(3) {
			size := 1 + random.IntN(len(b)/8)
			from, to := random.IntN(len(b)-size), random.IntN(len(b)-size)
			copy(b[to:to+size], append([]byte(nil), b[from:from+size]...))
		}
	}
	return b
}
