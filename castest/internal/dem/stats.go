package dem

import (
	"math"
	"strconv"
)

// SlopeClassCount is the number of slope classes: 0 (under 2 degrees), 1 (under
// 5), 2 (under 10), 3 (under 20), 4 (under 30), 5 (the rest).
const SlopeClassCount = len(slopeLimits) + 1

// Elevation returns the mean elevation in metres of the pixels of a mask, the
// fraction of them that have one, and their number: NaN, 0 and 0 for an empty
// mask (the service then has no value), else a coverage of 1, as there are no
// voids.
//
// The mean equals numpy's bit for bit: a sum of whole metres is exact whatever
// the order of its terms, so that numpy's pairwise one needs no imitation.
func (m *Model) Elevation(mask Mask) (mean, coverage float64, pixels int) {
	if mask.pixels == 0 {
		return math.NaN(), 0, 0
	}
	sum := 0
	for _, r := range mask.runs {
		for _, e := range m.elevation[r.from:r.to] {
			sum += int(e)
		}
	}
	return float64(sum) / float64(mask.pixels), 1, mask.pixels
}

// ElevationRange returns the lowest and the highest elevation in metres of the
// pixels of a mask, both NaN if there are none.
func (m *Model) ElevationRange(mask Mask) (lowest, highest float64) {
	if mask.pixels == 0 {
		return math.NaN(), math.NaN()
	}
	low, high := uint16(math.MaxUint16), uint16(0)
	for _, r := range mask.runs {
		for _, e := range m.elevation[r.from:r.to] {
			low, high = min(low, e), max(high, e)
		}
	}
	return float64(low), float64(high)
}

// SlopeCounts returns how many pixels of a mask are in each slope class.
func (m *Model) SlopeCounts(mask Mask) [SlopeClassCount]int {
	var counts [SlopeClassCount]int
	for _, r := range mask.runs {
		for _, class := range m.slope[r.from:r.to] {
			counts[class]++
		}
	}
	return counts
}

// SlopeClasses returns the share of each slope class that occurs in a mask, by
// its number as text, "0" to "5", and coverage and pixels as Elevation does. The
// shares are rounded to four digits, so their sum may miss 1 a little. For an
// empty mask they are nil, not an empty map: the service has no value then.
func (m *Model) SlopeClasses(mask Mask) (shares map[string]float64, coverage float64, pixels int) {
	if mask.pixels == 0 {
		return nil, 0, 0
	}
	shares = make(map[string]float64, SlopeClassCount)
	for class, count := range m.SlopeCounts(mask) {
		if count > 0 {
			shares[strconv.Itoa(class)] = round4(float64(count) / float64(mask.pixels))
		}
	}
	return shares, 1, mask.pixels
}

// round4 is Python's round(f, 4): by the exact decimal value, a tie to even.
func round4(f float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', 4, 64), 64)
	return rounded
}

// Quality is the service's quality flag for a coverage: "missing" at 0, "good"
// above 0.8, else "partial".
func Quality(coverage float64) string {
	switch {
	case coverage == 0:
		return "missing"
	case coverage > 0.8:
		return "good"
	default:
		return "partial"
	}
}
