package choropleth

import (
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
)

// Scale says how values become colours. The zero Scale is a ramp from the least to the greatest value; where a few values lie far
// outside the others, from the 2nd to the 98th percentile, which the legend says.
type Scale struct {
	Classes int  // 0 is a ramp; else as many colours, 2 to 12
	Equal   bool // classes are of equal width, not of equally many features
	// Low and High limit the scale, where Limited: what lies beyond has the colour of the end.
	Limited   bool
	Low, High float64
}

// Most is the largest number of classes that can be told apart.
const Most = 12

// Check refuses scales that cannot be.
func (s Scale) Check() error {
	switch {
	case s.Classes != 0 && (s.Classes < 2 || s.Classes > Most):
		return fmt.Errorf("%d classes cannot be drawn: give 2 to %d", s.Classes, Most)
	case s.Limited && !(s.Low < s.High):
		return fmt.Errorf("the limits %v and %v are no range: give the lower one first", s.Low, s.High)
	case s.Limited && (math.IsInf(s.Low, 0) || math.IsInf(s.High, 0)):
		return errors.New("limits are finite numbers")
	}
	return nil
}

// scale gives a value its colour.
type scale struct {
	low, high   float64   // the bar's ends
	least, most float64   // of all values
	bounds      []float64 // of classes, between low and high; nil is a ramp
	classes     bool
}

// scaleOf spans the values of the map; ok is false where there is none.
func (m Map) scaleOf() (s scale, ok bool) {
	var values []float64
	for _, shape := range m.Shapes {
		if shape.HasValue() {
			values = append(values, shape.Value)
		}
	}
	if len(values) == 0 {
		return s, false
	}
	slices.Sort(values)
	s.least, s.most = values[0], values[len(values)-1]
	s.low, s.high = s.least, s.most
	switch {
	case m.Scale.Limited:
		s.low, s.high = m.Scale.Low, m.Scale.High
	case m.Scale.Classes == 0 || m.Scale.Equal:
		s.low, s.high = withoutOutliers(values)
	}
	if m.Scale.Classes > 0 && s.high > s.low {
		s.classes = true
		for i := 1; i < m.Scale.Classes; i++ {
			share := float64(i) / float64(m.Scale.Classes)
			bound := s.low + share*(s.high-s.low)
			if !m.Scale.Equal {
				bound = quantile(within(values, s.low, s.high), share)
			}
			s.bounds = append(s.bounds, bound)
		}
		s.bounds = slices.DeleteFunc(slices.Compact(s.bounds), func(b float64) bool { return b <= s.low || b >= s.high })
	}
	return s, true
}

// withoutOutliers is the range of sorted values, or of their middle 96 % where the whole range is more than four times as wide.
func withoutOutliers(values []float64) (low, high float64) {
	low, high = values[0], values[len(values)-1]
	const few = 10
	if len(values) < few {
		return low, high
	}
	l, h := quantile(values, 0.02), quantile(values, 0.98)
	if len(values) < 50 { // 2 % of fewer are none
		l, h = values[1], values[len(values)-2]
	}
	if h > l && high-low > 4*(h-l) {
		return l, h
	}
	return low, high
}

// within are the sorted values from low to high; all where there are none.
func within(values []float64, low, high float64) []float64 {
	first, _ := slices.BinarySearch(values, low)
	end, _ := slices.BinarySearchFunc(values, high, func(v, high float64) int { return cmp.Compare(v, math.Nextafter(high, math.Inf(1))) })
	if first >= end {
		return values
	}
	return values[first:end]
}

// quantile is the value at a share of the way through sorted values, interpolated.
func quantile(values []float64, share float64) float64 {
	at := share * float64(len(values)-1)
	i := min(int(at), len(values)-1)
	j := min(i+1, len(values)-1)
	return values[i] + (at-float64(i))*(values[j]-values[i])
}

// share is how far along the colours a value is, 0 to 1.
func (s scale) share(v float64) float64 {
	if s.classes {
		class := 0
		for class < len(s.bounds) && v >= s.bounds[class] {
			class++
		}
		return s.classShare(class)
	}
	if s.high <= s.low {
		return 0.5
	}
	return math.Min(math.Max((v-s.low)/(s.high-s.low), 0), 1)
}

// classShare is where on the ramp the colour of a class is.
func (s scale) classShare(class int) float64 {
	if len(s.bounds) == 0 {
		return 0.5
	}
	return float64(class) / float64(len(s.bounds))
}

func (m Map) colour(s scale, shape Shape) color.RGBA {
	if !shape.HasValue() {
		return m.theme().noValue
	}
	return ramp(s.share(shape.Value))
}

// ends are the labels of the bar's ends. They say where values lie beyond.
func (s scale) ends() (low, high string) {
	low, high = number(s.low), number(s.high)
	if s.least < s.low {
		low = "≤ " + low
	}
	if s.most > s.high {
		high = "≥ " + high
	}
	return low, high
}

// beyond says how far the values go beyond the bar; "" where they do not.
func (s scale) beyond() []string {
	var lines []string
	if s.most > s.high {
		lines = append(lines, "greatest: "+number(s.most))
	}
	if s.least < s.low {
		lines = append(lines, "least: "+number(s.least))
	}
	return lines
}

// ticks are round values between low and high, five or so.
func (s scale) ticks() []float64 {
	if s.high <= s.low {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10((s.high-s.low)/4)))
	for _, factor := range []float64{5, 2} {
		if (s.high-s.low)/(step*factor) >= 3 {
			step *= factor
			break
		}
	}
	var ticks []float64
	for i := math.Ceil(s.low / step); i*step <= s.high && len(ticks) < 20; i++ {
		ticks = append(ticks, i*step)
	}
	return ticks
}

// number is a value for people: six significant digits at most, without an exponent where it can be.
func number(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	if abs := math.Abs(rounded); abs != 0 && (abs < 1e-4 || abs >= 1e9) {
		return strconv.FormatFloat(rounded, 'g', 6, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
