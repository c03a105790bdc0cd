package geojson

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// convertHint is how to get from nearly any vector format to one this package reads.
const convertHint = "convert it: ogr2ogr -t_srs EPSG:4326 -f GeoJSONSeq out.geojsonl INPUT"

// magics are first bytes of what people hand over in place of GeoJSON.
var magics = []struct{ prefix, what, do string }{
	{"PK\x03\x04", "a zip archive", "unpack it; for a shapefile, " + convertHint},
	{"SQLi", "an SQLite file (GeoPackage?)", convertHint},
	{"PAR1", "a Parquet file", convertHint},
	{"fgb\x03", "a FlatGeobuf file", convertHint},
	{"\x00\x00\x27\x0a", "a shapefile", convertHint},
	{"BZh", "bzip2", "unpack it first; gzip is read as it is"},
	{"\xfd7zX", "xz", "unpack it first; gzip is read as it is"},
	{"\x28\xb5\x2f\xfd", "zstd", "unpack it first; gzip is read as it is"},
	{"\xff\xfe", "UTF-16 text", "save it as UTF-8"},
	{"\xfe\xff", "UTF-16 text", "save it as UTF-8"},
	{"{\x00", "UTF-16 text", "save it as UTF-8"},
	{"\x00{", "UTF-16 text", "save it as UTF-8"},
}

const byteOrderMark = "\xef\xbb\xbf"

// openText finds the GeoJSON text in r: it unpacks gzip, skips a byte order mark
// (skipped is its length) and refuses other formats by name.
func openText(r io.Reader) (text io.Reader, skipped int, err error) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(4) // an error comes back with the next read
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, 0, fmt.Errorf("gzip input: %w", err)
		}
		b = bufio.NewReader(gzipText{z})
		head, _ = b.Peek(4)
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return nil, 0, &ReadError{Feature: -1, Line: 1, Err: notGeoJSON("not GeoJSON but %s; %s", m.what, m.do)}
		}
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		skipped, _ = b.Discard(len(byteOrderMark))
	}
	return b, skipped, nil
}

// gzipText says of an error that it is the compression that broke, not the JSON.
type gzipText struct{ r io.Reader }

func (g gzipText) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("gzip input is cut or damaged: %w", err)
	}
	return n, err
}
