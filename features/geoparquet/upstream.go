package geoparquet

import (
	"errors"
	"slices"

	"github.com/parquet-go/parquet-go"
	pq "github.com/parquet-go/parquet-go/format"
)

// What parquet-go 0.32 reads wrongly, without an error. Tests hold every other compression and encoding to pyarrow.

// refuseLZ4 refuses the compression whose pages are decoded to what was in the buffer before
// (https://github.com/parquet-go/parquet-go/issues/608).
func refuseLZ4(column *parquet.Column) error {
	if column.Leaf() && column.Compression().CompressionCodec() == pq.Lz4Raw {
		return errors.New("the file is compressed with LZ4, which is not read: write it anew with zstd or snappy")
	}
	for _, c := range column.Columns() {
		if err := refuseLZ4(c); err != nil {
			return err
		}
	}
	return nil
}

// isRunLengths reports booleans in run lengths, of whose runs only every eighth value is right. Writers of data pages of version 2 use
// them. Levels are always run lengths: the statistics of the pages tell which it is, and where there are none, another encoding beside it.
func isRunLengths(file *parquet.File, column *parquet.Column) bool {
	if column.Type().Kind() != parquet.Boolean {
		return false
	}
	for _, group := range file.Metadata().RowGroups {
		about := group.Columns[column.Index()].MetaData
		ofValues := func(s pq.PageEncodingStats) bool {
			return s.Encoding == pq.RLE && (s.PageType == pq.DataPage || s.PageType == pq.DataPageV2)
		}
		if slices.ContainsFunc(about.EncodingStats, ofValues) || !slices.Contains(about.Encoding, pq.Plain) && slices.Contains(about.Encoding, pq.RLE) {
			return true
		}
	}
	return false
}
