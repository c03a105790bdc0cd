package dem

import (
	"errors"
	"fmt"
	"math"
)

// The service hands coordinates on unchecked, so the first library that stumbles
// words the error: Python itself, numpy, shapely or GEOS.
var (
	errIndex     = errors.New("list index out of range")
	errOpen      = errors.New("IllegalArgumentException: Points of LinearRing do not form a closed linestring")
	errShort     = errors.New("A linearring requires at least 4 coordinates.")
	errShell     = errors.New("IllegalArgumentException: shell is empty but holes are not")
	errTransform = errors.New("Invalid inputs")
	errBroadcast = errors.New("") // it has no text
	errTruthNone = errors.New("The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.")
	errTruthMany = errors.New("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")
)

// newPoint takes the first two ordinates. numpy lets each be a nested list, as
// long as there is one number in it.
func newPoint(list []any) (Position, error) {
	if len(list) < 2 {
		return Position{}, errIndex
	}
	var p Position
	x, y := leaves(list[0]), leaves(list[1])
	for _, ordinate := range [][]any{x, y} {
		for _, v := range ordinate {
			if _, err := pointOrdinate(v); err != nil && len(x) > 0 && len(y) > 0 {
				return p, err
			}
		}
	}
	switch {
	case len(x) != len(y) && len(x) != 1 && len(y) != 1:
		return p, errBroadcast
	case len(x) == 0 || len(y) == 0:
		return p, errTruthNone
	case len(x) > 1 || len(y) > 1:
		return p, errTruthMany
	}
	p[0], _ = pointOrdinate(x[0])
	p[1], _ = pointOrdinate(y[0])
	return p, nil
}

// pointOrdinate converts as numpy does, which differs from float(): null is NaN.
func pointOrdinate(v any) (float64, error) {
	switch v := v.(type) {
	case nil:
		return math.NaN(), nil
	case map[string]any:
		return 0, errTransform
	case string:
		f, ok := pyParse(v)
		if !ok {
			return 0, fmt.Errorf("could not convert string to float: np.str_(%s)", pyRepr(v))
		}
		return f, nil
	default:
		return pyFloat(v)
	}
}

// leaves are what is left of a value when all lists in it are dissolved.
func leaves(v any) []any {
	list, ok := v.([]any)
	if !ok {
		return []any{v}
	}
	var all []any
	for _, item := range list {
		all = append(all, leaves(item)...)
	}
	return all
}

// isEmpty says whether nothing but nulls and empty lists is there, which shapely
// takes for an empty geometry.
func isEmpty(v any) bool {
	list, ok := v.([]any)
	for _, item := range list {
		if !isEmpty(item) {
			return false
		}
	}
	return ok || v == nil
}

// newMultiPolygon splits each member into a shell and holes before it builds any.
func newMultiPolygon(list []any) ([][][]Position, error) {
	members := make([][]any, len(list))
	for i, member := range list {
		var err error
		if members[i], err = pySubscript(member); err != nil {
			return nil, err
		}
	}
	return newPolygons(members)
}

// newPolygons builds polygons from lists of rings, none of them without a first.
// rasterio judges a multipolygon by its first polygon: if that is empty, all is.
func newPolygons(members [][]any) ([][][]Position, error) {
	polygons, empty := make([][][]Position, 0, len(members)), false
	for i, rings := range members {
		polygon, err := newPolygon(rings[0], rings[1:])
		switch {
		case err != nil:
			return nil, err
		case len(polygon) > 0:
			polygons = append(polygons, polygon)
		case i == 0:
			empty = true
		}
	}
	if empty {
		return nil, nil
	}
	return polygons, nil
}

// newPolygon returns nil for a polygon without a shell.
func newPolygon(shell any, holes []any) ([][]Position, error) {
	if shell == nil {
		return nil, nil
	}
	exterior, err := newRing(shell)
	if err != nil {
		return nil, err
	}
	polygon := [][]Position{exterior}
	for _, hole := range holes {
		interior, err := newRing(hole)
		if err != nil {
			return nil, err
		}
		if len(interior) > 0 {
			polygon = append(polygon, interior)
		}
	}
	switch {
	case len(exterior) > 0:
		return polygon, nil
	case len(polygon) > 1:
		return nil, errShell
	default:
		return nil, nil
	}
}

// newRing reads the positions of a ring; null is an empty one.
func newRing(v any) ([]Position, error) {
	if v == nil {
		return nil, nil
	}
	items, err := pyIterate(v)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	ring := make([]Position, len(items))
	dimensions, uneven := 0, false
	for i, item := range items {
		ordinates, err := pyIterate(item)
		if err != nil {
			return nil, err
		}
		for j, ordinate := range ordinates {
			f, err := pyFloat(ordinate)
			if err != nil {
				return nil, err
			}
			if j < len(ring[i]) {
				ring[i][j] = f
			}
		}
		uneven = uneven || i > 0 && len(ordinates) != dimensions
		dimensions = len(ordinates)
	}
	switch first := ring[0]; {
	case uneven:
		return nil, fmt.Errorf("setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. "+
			"The detected shape was (%d,) + inhomogeneous part.", len(ring))
	case dimensions != 2 && dimensions != 3:
		return nil, fmt.Errorf("The ordinate (last) dimension should be 2 or 3, got %d", dimensions)
	case len(ring) < 3:
		return nil, errShort
	case math.IsNaN(first[0]) || math.IsNaN(first[1]):
		return nil, errOpen
	}
	return ring, nil
}
