package shapefile

import (
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

const formatName = "Shapefile"

func init() {
	format.Register(format.Format{Name: formatName, Endings: []string{".shp", ".shx", ".dbf", ".prj", ".cpg", ".zip", ".shz"}, Detect: detect, Open: open})
}

// detect reports whether head starts a .shp, a .shx or a zip archive whose first entry is neither a KML document nor part of a file
// geodatabase.
func detect(head []byte) bool {
	first, isArchive := format.FirstInZip(head)
	return isShape(head) || isArchive && !strings.HasSuffix(first, ".kml") && !strings.Contains(first, ".gdb/")
}

// A reader reads one layer.
type reader struct {
	layer   layer
	archive io.Closer // nil for plain files
	about   format.Description
	table   *table // nil without a .dbf
	index   indexUse
}

// open opens a shapefile by the path of the .shp, of one of its sidecars, or of a zip archive.
func open(path string, o format.Options) (format.Reader, error) {
	layers, archive, err := find(path)
	if err != nil {
		return nil, err
	}
	r, err := openLayers(path, layers, o)
	if err != nil {
		if archive != nil {
			err = errors.Join(err, archive.Close())
		}
		return nil, err
	}
	r.archive = archive
	return r, nil
}

func openLayers(path string, layers []layer, o format.Options) (*reader, error) {
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = l.name
	}
	chosen, err := format.ChooseLayer(path, o.Layer, names)
	if err != nil {
		return nil, err
	}
	r := &reader{layer: layers[chosen]}
	r.about = format.Description{Format: formatName, Layer: r.layer.name, Layers: names, Features: -1}

	if err := checkShapes(r.layer.shp); err != nil {
		return nil, err
	}
	if err := r.openTable(); err != nil {
		return nil, err
	}
	if r.layer.prj != nil {
		if r.about.CRS, err = r.layer.prj.text(); err != nil {
			return nil, err
		}
	}
	if r.layer.shx != nil {
		var count int
		if r.index, count = checkIndex(r.layer.shx, r.layer.shp.size); r.index != unused {
			if r.table == nil {
				r.about.Features = count
			} else if count != r.table.rows {
				r.index = unused
			}
		}
	}
	return r, nil
}

// Files returns the files on disk that a pass reads. An archive has none besides itself.
func (r *reader) Files() (paths []string) {
	l := r.layer
	if r.index != needed {
		l.shx = nil
	}
	for _, f := range []*file{l.shp, l.dbf, l.prj, l.cpg, l.shx} {
		if f != nil && f.path != "" {
			paths = append(paths, f.path)
		}
	}
	return paths
}

// openTable reads the header of the .dbf.
func (r *reader) openTable() error {
	if r.layer.dbf == nil {
		r.about.Warnings = append(r.about.Warnings, r.layer.shp.name+" has no .dbf beside it: its features have no properties and no ids.")
		return nil
	}
	var label string
	if r.layer.cpg != nil {
		var err error
		if label, err = r.layer.cpg.text(); err != nil {
			return err
		}
	}
	t, warnings, err := readTable(r.layer.dbf, label)
	if err != nil {
		return err
	}
	r.table = t
	r.about.Features = t.rows
	r.about.Warnings = append(r.about.Warnings, warnings...)
	for _, c := range t.columns {
		r.about.Fields = append(r.about.Fields, format.Field{Name: c.name, Type: c.words()})
	}
	return nil
}

// Describe implements format.Reader. Features includes the rows that are marked as deleted.
func (r *reader) Describe() format.Description { return r.about }

// Close implements format.Reader.
func (r *reader) Close() error {
	if r.archive == nil {
		return nil
	}
	err := r.archive.Close()
	r.archive = nil
	return err
}

// Records implements format.Reader.
func (r *reader) Records(want format.Want) iter.Seq2[*format.Record, error] {
	return func(yield func(*format.Record, error) bool) {
		if err := r.pass(want, func(rec *format.Record) bool { return yield(rec, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

// pass reads shapes and rows side by side.
func (r *reader) pass(want format.Want, yield func(*format.Record) bool) (err error) {
	shapes, err := openShapes(r.layer, r.index)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shapes.close()) }()
	rows := &rowReader{}
	if r.table != nil {
		if rows, err = r.table.open(want); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.close()) }()
	}
	var rec format.Record
	for n := 1; ; n++ {
		content, err := shapes.next(n)
		noShape := errors.Is(err, io.EOF)
		if err != nil && !noShape {
			return err
		}
		if r.table != nil {
			deleted, err := rows.next(n)
			noRow := errors.Is(err, io.EOF)
			switch {
			case err != nil && !noRow:
				return err
			case noShape && noRow:
				return errors.Join(shapes.end(n-1), rows.end())
			case noShape:
				return errors.Join(shapes.end(n-1), format.Brokenf("%s ends after record %d while %s has %d rows: they do not belong together, "+
					"or one of them is cut", r.layer.shp.name, n-1, r.layer.dbf.name, r.table.rows))
			case noRow:
				return format.Brokenf("%s has %d rows while %s has more records: they do not belong together, or one of them is cut",
					r.layer.dbf.name, n-1, r.layer.shp.name)
			}
			if deleted {
				continue
			}
		} else if noShape {
			return shapes.end(n - 1)
		}
		rec = format.Record{Place: "row " + strconv.Itoa(n), Properties: rows.properties()}
		rec.Geometry, rec.Err = shapes.geometry(content)
		if !yield(&rec) {
			return nil
		}
	}
}
