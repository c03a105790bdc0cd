// Package basins holds 53 real sub-basins and what the service must answer for
// them: polygons to try the client on, with known answers.
//
// # Source
//
// make_basins.py delineated the basins from the elevation model of the Jacksboro
// fault in Tennessee (3 arc-seconds, U.S. Geological Survey, in the public domain;
// see castest/internal/dem) with the D8 method and pyflwdir. Ids, downstream ids
// and orders are named as HydroBASINS names them, but are the script's own. The
// known answers come from GDAL's all_touched masks, as the service makes them, and
// the service gives the same.
package basins

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"sync"
)

//go:embed basins.geojson
var geojson []byte

//go:embed truth.csv
var truthCSV []byte

// SlopeClassCount is the number of slope classes: 0 (under 2 degrees), 1 (under
// 5), 2 (under 10), 3 (under 20), 4 (under 30), 5 (the rest).
const SlopeClassCount = 6

// GeoJSON returns the basins as a FeatureCollection of polygons and multipolygons
// in EPSG:4326, six decimals, one feature a line. Properties: HYBAS_ID (a text of
// seven digits, one of them a leading zero), DOWN_ID ("" if it drains off the
// model), ORDER (Strahler), SUB_AREA and UP_AREA (square kilometres). The bytes
// are the caller's to keep.
func GeoJSON() []byte { return bytes.Clone(geojson) }

// Truth is what the service must answer for one basin, bit for bit.
type Truth struct {
	ID          string                   // HYBAS_ID
	Pixels      int                      // pixel_count; the coverage is 1
	Mean        float64                  // elevation in metres
	Min, Max    float64                  // elevation in metres
	SlopePixels [SlopeClassCount]int     // pixels in each slope class
	SlopeShares [SlopeClassCount]float64 // their shares, rounded to four digits; the service leaves zeros out
}

// Truths returns the known answers in the order of the features. The slice is the
// caller's to keep.
func Truths() []Truth { return append([]Truth(nil), truths()...) }

var truths = sync.OnceValue(func() []Truth {
	records, err := csv.NewReader(bytes.NewReader(truthCSV)).ReadAll()
	if err != nil {
		panic(fmt.Errorf("basins: truth.csv: %w", err)) // a defect of the build
	}
	all := make([]Truth, 0, len(records)-1)
	for i, record := range records[1:] {
		t, err := parseTruth(record)
		if err != nil {
			panic(fmt.Errorf("basins: truth.csv, line %d: %w", i+2, err))
		}
		all = append(all, t)
	}
	return all
})

// parseTruth reads HYBAS_ID, pixels, mean, min, max, six counts and six shares.
func parseTruth(record []string) (Truth, error) {
	numbers := make([]float64, len(record))
	for i, text := range record[1:] {
		var err error
		if numbers[i+1], err = strconv.ParseFloat(text, 64); err != nil {
			return Truth{}, err
		}
	}
	t := Truth{ID: record[0], Pixels: int(numbers[1]), Mean: numbers[2], Min: numbers[3], Max: numbers[4]}
	for class := range SlopeClassCount {
		t.SlopePixels[class] = int(numbers[5+class])
		t.SlopeShares[class] = numbers[5+SlopeClassCount+class]
	}
	return t, nil
}
