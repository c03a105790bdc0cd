package crs

import "math"

// A projection converts metres from the false origin to the longitude from the central meridian and the latitude, in radians. ok is false
// if the projection has no such point.
type projection interface {
	inverse(x, y float64) (lambda, phi float64, ok bool)
}

// slack is how far a coordinate may be beyond the edge of a projection, relative to its size, because of rounding.
const slack = 1e-11

// within returns a sine; one that is beyond ±1 because of rounding becomes ±1.
func within(sine float64) (float64, bool) {
	if math.Abs(sine) <= 1 {
		return sine, true
	}
	return math.Copysign(1, sine), math.Abs(sine) <= 1+slack
}

// halfTurn returns a longitude; one that is beyond ±180 degrees because of rounding becomes ±180 degrees.
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
	n, scale, rho0 float64 // scale is the radius of the parallel at ψ = 0
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
	radius, d, sin0, cos0 float64 // radius is that of the authalic sphere; d makes the scale true at the origin
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
	// half is the sine of half the angle between the point and the origin; k is the sine of the whole angle, divided by rho.
	cosHalf := math.Sqrt(1 - half*half)
	k, cos := cosHalf, 1-2*half*half
	sinBeta := cos*p.sin0 + k*y*p.cos0
	east, north := k*x, cos*p.cos0-k*y*p.sin0
	return math.Atan2(east, north), p.latitude.at(math.Atan2(sinBeta, math.Hypot(east, north))), ok
}

// stereographic is the polar stereographic projection (EPSG methods 9810, 9829).
type stereographic struct {
	scale, pole float64 // metres from the pole at t = 1; 1 for the north pole, -1 for the south pole
	latitude    *series
}

// newStereographic makes a projection with the scale k at the latitude latTrue. k is 1 unless latTrue is the pole.
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
	radius   float64 // of the equator, times the scale at the equator
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
	radius, polar float64 // radius of the equator, times the scale at the equator; y of the north pole
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
	radius   float64 // of a circle as long as the meridian
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
		return 0, phi, true // covers the poles, where around is 0
	}
	lambda, ok = halfTurn(x / around)
	return lambda, phi, ok
}

// transverse is the transverse Mercator projection (EPSG method 9807), by Krüger's series of order 6 in the third flattening. The
// coefficients are those of Karney, "Transverse Mercator with an accuracy of a few nanometers", J. Geodesy 85 (2011), equation 36.
type transverse struct {
	radius   float64 // of a circle as long as the meridian, times the scale
	origin   float64 // y of the equator, divided by radius
	beta     [6]float64
	latitude *series
}

// farthest is the largest x, divided by radius. Up to there the series of order 6 is exact to 1e-12 radians; on the equator this is 65
// degrees from the central meridian.
const farthest = 1.5

func newTransverse(l ellipsoid, lat0, k float64) *transverse {
	n := l.n
	n2, n3, n4, n5, n6 := n*n, n*n*n, n*n*n*n, n*n*n*n*n, n*n*n*n*n*n
	alpha := [6]float64{
		n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180 - 127*n5/288 + 7891*n6/37800,
		13*n2/48 - 3*n3/5 + 557*n4/1440 + 281*n5/630 - 1983433*n6/1935360,
		61*n3/240 - 103*n4/140 + 15061*n5/26880 + 167603*n6/181440,
		49561*n4/161280 - 179*n5/168 + 6601661*n6/7257600,
		34729*n5/80640 - 3418889*n6/1995840,
		212378941 * n6 / 319334400,
	}
	p := &transverse{
		radius: l.a * k / (1 + n) * (1 + n2/4 + n4/64 + n6/256),
		beta: [6]float64{
			n/2 - 2*n2/3 + 37*n3/96 - n4/360 - 81*n5/512 + 96199*n6/604800,
			n2/48 + n3/15 - 437*n4/1440 + 46*n5/105 - 1118711*n6/3870720,
			17*n3/480 - 37*n4/840 - 209*n5/4480 + 5569*n6/90720,
			4397*n4/161280 - 11*n5/504 - 830251*n6/7257600,
			4583*n5/161280 - 108847*n6/3991680,
			20648693 * n6 / 638668800,
		},
		latitude: l.fromConformal(),
	}
	chi := lat0
	if math.Abs(lat0) < quarter-1e-10 {
		chi = math.Atan(math.Sinh(l.isometric(lat0)))
	}
	rectifying := series(alpha)
	p.origin = rectifying.at(chi)
	return p
}

func (p *transverse) inverse(x, y float64) (lambda, phi float64, ok bool) {
	xi, eta := y/p.radius+p.origin, x/p.radius
	if !(math.Abs(eta) <= farthest) || math.Abs(xi) > quarter*(1+slack) {
		return 0, 0, false
	}
	// Clenshaw's sum of beta[k] sin 2(k+1)ζ for ζ = ξ + iη.
	s, c := math.Sincos(2 * xi)
	e := math.Exp(2 * eta)
	sinh, cosh := (e-1/e)/2, (e+1/e)/2
	re, im := 2*c*cosh, -2*s*sinh // 2 cos 2ζ
	var br, bi, br1, bi1 float64
	for k := len(p.beta) - 1; k >= 0; k-- {
		br, bi, br1, bi1 = p.beta[k]+re*br-im*bi-br1, re*bi+im*br-bi1, br, bi
	}
	sr, si := s*cosh, c*sinh // sin 2ζ
	xi -= sr*br - si*bi
	eta -= sr*bi + si*br

	sinXi, cosXi := math.Sincos(xi)
	sinhEta := math.Sinh(eta)
	chi := math.Atan2(sinXi, math.Hypot(sinhEta, cosXi))
	return math.Atan2(sinhEta, cosXi), p.latitude.at(chi), true
}
