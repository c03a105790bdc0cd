package geojson

import "io"

// A Summary is what one pass over an input found.
type Summary struct {
	Features        int   // features in the input
	Bytes           int64 // length of the text, after decompression
	GeometryBytes   int64 // sum of the lengths of the geometries' texts
	LargestGeometry int64 // length of the longest of them
	// CRS is the first reference system other than WGS 84 that a collection
	// declares, wherever in the text; hand it to [Options.CRS].
	CRS string
}

// Scan reads r to its end as [Read] does and returns the error that
// reading with the same options would end with, without copying a geometry: the
// way to learn of malformed text and missing or duplicate ids before the first
// request. A crs behind the features is not an error here but in the summary,
// which is good for what was read also when there is an error.
func Scan(r io.Reader, o Options) (Summary, error) {
	rd := newReader(r, o)
	rd.lateCRS = true
	var sum Summary
	err := rd.read(func(rec *record) error {
		size := int64(rec.geometry.to - rec.geometry.from)
		sum.Features++
		sum.GeometryBytes += size
		sum.LargestGeometry = max(sum.LargestGeometry, size)
		return nil
	})
	sum.Bytes = rd.src.base + int64(rd.src.pos)
	sum.CRS = rd.found
	return sum, err
}
