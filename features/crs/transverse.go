package crs

import "math"

// transverse is the transverse Mercator projection (EPSG method 9807) by Krüger's series of order 6 in the third flattening. The
// coefficients are those of Karney, "Transverse Mercator with an accuracy of a few nanometers", J. Geodesy 85 (2011), equation 36.
type transverse struct {
	radius   float64 // of the circle as long as the meridian, times the scale
	origin   float64 // y of the equator, over radius
	beta     [6]float64
	latitude *series
}

// farthest is the largest x over the radius. The series of order 6 is exact to 1e-12 radians up to here; on the equator this is 65
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
