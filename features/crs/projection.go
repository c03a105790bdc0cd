package crs

import "math"

// projection turns metres from the false origin into the longitude from the central meridian and the latitude, in radians. ok is
// false where the projection has no such point.
type projection interface {
	inverse(x, y float64) (lambda, phi float64, ok bool)
}

// slack is by how much a coordinate may miss the edge of a projection, relative to its size: what rounding makes of a point on it.
const slack = 1e-11

// within brings a sine that rounding put beyond 1 back to it.
func within(sine float64) (float64, bool) {
	if math.Abs(sine) <= 1 {
		return sine, true
	}
	return math.Copysign(1, sine), math.Abs(sine) <= 1+slack
}

// halfTurn brings a longitude that rounding put beyond ±180 degrees back to it.
func halfTurn(lambda float64) (float64, bool) {
	if math.Abs(lambda) <= math.Pi {
		return lambda, true
	}
	return math.Copysign(math.Pi, lambda), math.Abs(lambda) <= math.Pi*(1+slack)
}

// cone is the Albers equal-area conic projection (EPSG method 9822).
type cone struct {
	a, n, c, rho0, qp float64
	latitude          *series
}

func newAlbers(l ellipsoid, lat0, sp1, sp2 float64) *cone {
	m1, m2 := l.parallel(sp1), l.parallel(sp2)
	q1, q2 := l.authalic(sp1), l.authalic(sp2)
	n := math.Sin(sp1)
	if math.Abs(sp1-sp2) > 1e-10 {
		n = (m1*m1 - m2*m2) / (q2 - q1)
	}
	p := &cone{a: l.a, n: n, c: m1*m1 + n*q1, qp: l.authalic(quarter), latitude: l.fromAuthalic()}
	p.rho0 = l.a * math.Sqrt(max(0, p.c-n*l.authalic(lat0))) / n
	return p
}

func (p *cone) inverse(x, y float64) (lambda, phi float64, ok bool) {
	y = p.rho0 - y
	sign := math.Copysign(1, p.n)
	lambda, ok = halfTurn(math.Atan2(sign*x, sign*y) / p.n)
	if !ok {
		return 0, 0, false
	}
	r := math.Hypot(x, y) * p.n / p.a
	sine, ok := within((p.c - r*r) / (p.n * p.qp))
	return lambda, p.latitude.at(math.Asin(sine)), ok
}

// conformalCone is the Lambert conformal conic projection with one or two standard parallels (EPSG methods 9801, 9802).
type conformalCone struct {
	n, scale, rho0 float64 // scale: radius of the parallel where ψ = 0
	latitude       *series
}

func newLambert(l ellipsoid, lat0, sp1, sp2, k float64) *conformalCone {
	m1, psi1 := l.parallel(sp1), l.isometric(sp1)
	n := math.Sin(sp1)
	if math.Abs(sp1-sp2) > 1e-10 {
		n = math.Log(m1/l.parallel(sp2)) / (l.isometric(sp2) - psi1)
	}
	p := &conformalCone{n: n, scale: l.a * k * m1 / n * math.Exp(n*psi1), latitude: l.fromConformal()}
	if math.Abs(lat0) < quarter-1e-10 {
		p.rho0 = p.scale * math.Exp(-n*l.isometric(lat0))
	}
	return p
}

func (p *conformalCone) inverse(x, y float64) (lambda, phi float64, ok bool) {
	y = p.rho0 - y
	sign := math.Copysign(1, p.n)
	lambda, ok = halfTurn(math.Atan2(sign*x, sign*y) / p.n)
	t := math.Pow(math.Hypot(x, y)/math.Abs(p.scale), 1/p.n)
	return lambda, p.latitude.at(quarter - 2*math.Atan(t)), ok
}

// azimuthal is the Lambert azimuthal equal-area projection in every aspect (EPSG methods 9820, 1027).
type azimuthal struct {
	radius, d, sin0, cos0 float64 // radius of the authalic sphere; d makes the scale true at the origin
	latitude              *series
}

func newAzimuthal(l ellipsoid, lat0 float64) *azimuthal {
	qp := l.authalic(quarter)
	p := &azimuthal{radius: l.a * math.Sqrt(qp/2), d: 1, latitude: l.fromAuthalic()}
	p.sin0, p.cos0 = math.Copysign(1, lat0), 0
	if math.Abs(lat0) < quarter-1e-10 {
		p.sin0 = l.authalic(lat0) / qp
		p.cos0 = math.Sqrt(1 - p.sin0*p.sin0)
		p.d = l.a * l.parallel(lat0) / (p.radius * p.cos0)
	}
	return p
}

func (p *azimuthal) inverse(x, y float64) (lambda, phi float64, ok bool) {
	x, y = x/(p.d*p.radius), y*p.d/p.radius
	rho := math.Hypot(x, y)
	half, ok := within(rho / 2)
	// Half the angle between the point and the origin has this sine; k is the sine of the whole over rho.
	cosHalf := math.Sqrt(1 - half*half)
	k, cos := cosHalf, 1-2*half*half
	sinBeta := cos*p.sin0 + k*y*p.cos0
	east, north := k*x, cos*p.cos0-k*y*p.sin0
	return math.Atan2(east, north), p.latitude.at(math.Atan2(sinBeta, math.Hypot(east, north))), ok
}

// stereographic is the polar stereographic projection (EPSG methods 9810, 9829).
type stereographic struct {
	scale, pole float64 // metres from the pole for t = 1, and 1 or -1: the pole in the middle
	latitude    *series
}

// newStereographic takes the scale at the pole if the true latitude is the pole, and 1 at any other.
func newStereographic(l ellipsoid, pole, latTrue, k float64) *stereographic {
	p := &stereographic{pole: pole, latitude: l.fromConformal()}
	latTrue = math.Abs(latTrue)
	if latTrue > quarter-1e-10 {
		p.scale = 2 * l.a * k / math.Sqrt(1-l.e2) * math.Exp(-l.e*math.Atanh(l.e))
	} else {
		p.scale = l.a * k * l.parallel(latTrue) * math.Exp(l.isometric(latTrue))
	}
	return p
}

func (p *stereographic) inverse(x, y float64) (lambda, phi float64, ok bool) {
	lambda = math.Atan2(x, -p.pole*y)
	chi := quarter - 2*math.Atan(math.Hypot(x, y)/p.scale)
	return lambda, p.pole * p.latitude.at(chi), true
}

// mercator is the Mercator projection (EPSG methods 9804, 9805; 1024 and 1026 on the sphere).
type mercator struct {
	radius   float64 // of the equator, times the scale there
	latitude *series
}

func newMercator(l ellipsoid, k float64) *mercator {
	return &mercator{radius: l.a * k, latitude: l.fromConformal()}
}

func (p *mercator) inverse(x, y float64) (lambda, phi float64, ok bool) {
	lambda = x / p.radius
	return lambda, p.latitude.at(math.Atan(math.Sinh(y / p.radius))), math.Abs(lambda) <= 2*math.Pi && math.Abs(y/p.radius) < 100
}

// cylindrical is the Lambert cylindrical equal-area projection (EPSG methods 9835, 9834).
type cylindrical struct {
	radius, polar float64 // of the equator, times the scale there; y of the north pole
	latitude      *series
}

func newCylindrical(l ellipsoid, sp1 float64) *cylindrical {
	k := l.parallel(sp1)
	return &cylindrical{radius: l.a * k, polar: l.a * l.authalic(quarter) / (2 * k), latitude: l.fromAuthalic()}
}

func (p *cylindrical) inverse(x, y float64) (lambda, phi float64, ok bool) {
	sine, ok := within(y / p.polar)
	lambda = x / p.radius
	return lambda, p.latitude.at(math.Asin(sine)), ok && math.Abs(lambda) <= 2*math.Pi
}

// sinusoidal is the sinusoidal projection.
type sinusoidal struct {
	ellipsoid
	radius   float64 // of the circle as long as the meridian
	latitude *series
}

func newSinusoidal(l ellipsoid) *sinusoidal {
	latitude, radius := l.fromRectifying()
	return &sinusoidal{ellipsoid: l, radius: radius, latitude: latitude}
}

func (p *sinusoidal) inverse(x, y float64) (lambda, phi float64, ok bool) {
	part, ok := within(y / (p.radius * quarter))
	if !ok {
		return 0, 0, false
	}
	phi = p.latitude.at(part * quarter)
	around := p.a * p.parallel(phi)
	if math.Abs(x) <= slack*p.a {
		return 0, phi, true // also at the poles, where around is 0
	}
	lambda, ok = halfTurn(x / around)
	return lambda, phi, ok
}
