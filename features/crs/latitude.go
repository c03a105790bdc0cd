package crs

import "math"

const (
	degree  = math.Pi / 180
	quarter = math.Pi / 2
)

// An ellipsoid is the figure of the Earth under a projection. A sphere has e2 = 0.
type ellipsoid struct {
	a, e2, e, n float64 // semi-major axis in metres, squared eccentricity, eccentricity, third flattening
}

func newEllipsoid(a, inverseFlattening float64) ellipsoid {
	if inverseFlattening == 0 {
		return ellipsoid{a: a}
	}
	f := 1 / inverseFlattening
	e2 := f * (2 - f)
	return ellipsoid{a: a, e2: e2, e: math.Sqrt(e2), n: f / (2 - f)}
}

// parallel returns the radius of a parallel, divided by a: cos φ / √(1 - e² sin² φ).
func (l ellipsoid) parallel(phi float64) float64 {
	s, c := math.Sincos(phi)
	return c / math.Sqrt(1-l.e2*s*s)
}

// isometric returns the isometric latitude ψ, which is infinite at the poles.
func (l ellipsoid) isometric(phi float64) float64 {
	return math.Asinh(math.Tan(phi)) - l.e*math.Atanh(l.e*math.Sin(phi))
}

// authalic returns q of Snyder's equation 3-12. sin β = q / qp defines the authalic latitude β, where qp is q at the pole.
func (l ellipsoid) authalic(phi float64) float64 {
	s := math.Sin(phi)
	if l.e == 0 {
		return 2 * s
	}
	return (1 - l.e2) * (s/(1-l.e2*s*s) + math.Atanh(l.e*s)/l.e)
}

// meridian returns the radius of curvature of the meridian, divided by a (1 - e²).
func (l ellipsoid) meridian(phi float64) float64 {
	s := math.Sin(phi)
	return math.Pow(1-l.e2*s*s, -1.5)
}

// A series converts one kind of latitude θ to another: θ + Σ c[k] sin 2(k+1)θ. With six terms the error is below 1e-16 for the flattening
// of the Earth.
type series [6]float64

func (c *series) at(theta float64) float64 {
	s, x := math.Sincos(2 * theta)
	x *= 2
	var b, b1 float64
	for k := len(c) - 1; k >= 0; k-- {
		b, b1 = c[k]+x*b-b1, b
	}
	return theta + b*s
}

// samples is the number of points on a quarter circle that determine a series. Each coefficient is about 600 times smaller than the one
// before.
const samples = 16

// fit returns the series of a function of a latitude, from its values. f minus its argument has to be odd around 0 and 90 degrees.
func fit(f func(theta float64) float64) *series {
	var c series
	for i := range samples {
		theta := (float64(i) + 0.5) * quarter / samples
		d := f(theta) - theta
		for k := range c {
			c[k] += 2.0 / samples * d * math.Sin(2*float64(k+1)*theta)
		}
	}
	return &c
}

// invert finds the geodetic latitude where an increasing function f, with the derivative slope, has the given value.
func invert(f, slope func(phi float64) float64, value, start float64) float64 {
	phi := start
	for range 8 {
		phi += (value - f(phi)) / slope(phi)
	}
	return phi
}

// fromConformal returns the series from conformal to geodetic latitudes.
func (l ellipsoid) fromConformal() *series {
	if l.e == 0 {
		return &series{}
	}
	return fit(func(chi float64) float64 {
		return invert(l.isometric, func(phi float64) float64 {
			s, c := math.Sincos(phi)
			return (1 - l.e2) / (c * (1 - l.e2*s*s))
		}, math.Asinh(math.Tan(chi)), chi)
	})
}

// fromAuthalic returns the series from authalic to geodetic latitudes.
func (l ellipsoid) fromAuthalic() *series {
	if l.e == 0 {
		return &series{}
	}
	qp := l.authalic(quarter)
	return fit(func(beta float64) float64 {
		return invert(l.authalic, func(phi float64) float64 {
			s, c := math.Sincos(phi)
			return 2 * (1 - l.e2) * c / ((1 - l.e2*s*s) * (1 - l.e2*s*s))
		}, qp*math.Sin(beta), beta)
	})
}

// fromRectifying returns the series from rectifying to geodetic latitudes, and the radius of a circle as long as the meridian.
func (l ellipsoid) fromRectifying() (*series, float64) {
	if l.e == 0 {
		return &series{}, l.a
	}
	var mean float64
	var toRectifying series
	for i := range samples {
		phi := (float64(i) + 0.5) * quarter / samples
		mean += l.meridian(phi) / samples
		for k := range toRectifying {
			toRectifying[k] += 2.0 / samples * l.meridian(phi) * math.Cos(2*float64(k+1)*phi)
		}
	}
	for k := range toRectifying {
		toRectifying[k] /= 2 * float64(k+1) * mean
	}
	return fit(func(mu float64) float64 {
		return invert(toRectifying.at, func(phi float64) float64 { return l.meridian(phi) / mean }, mu, mu)
	}), l.a * (1 - l.e2) * mean
}
