package netcdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

var errHeader = errors.New("not a NetCDF file as this program writes them: was it edited or cut?")

// mostHeader is the maximum size of a header, in bytes.
const mostHeader = 64 << 20

// open reads the header of a file.
func open(file io.ReaderAt, size int64) (*opened, error) {
	head := make([]byte, min(size, 1<<16))
	for {
		if _, err := file.ReadAt(head, 0); err != nil && err != io.EOF {
			return nil, err
		}
		d := decoder{b: head}
		f := &opened{file: file}
		d.file(f)
		switch {
		case d.err == nil:
			return f, f.check(size)
		case errors.Is(d.err, io.ErrUnexpectedEOF) && int64(len(head)) < min(size, mostHeader):
			head = make([]byte, min(size, mostHeader, 4*int64(len(head))))
		default:
			return nil, fmt.Errorf("%w (%w)", errHeader, d.err)
		}
	}
}

// check checks that the first dimension is hru, as this package writes it, and that the variables are within the file.
func (f *opened) check(size int64) error {
	if len(f.dimensions) < 2 || f.dimensions[0].name != "hru" {
		return fmt.Errorf("%w (the first dimension is not hru)", errHeader)
	}
	for i := range f.variables {
		v := &f.variables[i]
		if len(v.dimensions) == 0 || v.kind.size() == 0 {
			return fmt.Errorf("%w (variable %s)", errHeader, v.name)
		}
		most, records := size, f.dimensions[0].length == 0 && v.dimensions[0] == 0
		if records { // there is no record, but readers allocate one
			most = mostHeader
		}
		length := v.kind.size()
		for place, d := range v.dimensions {
			n := f.dimensions[d].length
			if records && place == 0 {
				continue
			}
			if n < 0 || n > 0 && length > most/n {
				return fmt.Errorf("%w (variable %s is longer than the file)", errHeader, v.name)
			}
			length *= n
		}
		if begin := f.begins[i]; !records && (begin < 0 || begin > size-length) {
			return fmt.Errorf("%w (variable %s is longer than the file)", errHeader, v.name)
		}
	}
	return nil
}

// decoder reads the parts of a header. It keeps the first error; after that it returns zeros.
type decoder struct {
	b    []byte
	wide bool // CDF-5
	err  error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.b = nil
}

func (d *decoder) take(n int64) []byte {
	if n < 0 || n > mostHeader {
		d.fail(errors.New("a length is impossible"))
		return nil
	}
	if n > int64(len(d.b)) {
		d.fail(io.ErrUnexpectedEOF)
		return nil
	}
	taken := d.b[:n]
	d.b = d.b[n:]
	return taken
}

func (d *decoder) word() uint32 {
	if b := d.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) long() int64 {
	if b := d.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (d *decoder) count() int64 {
	if d.wide {
		return d.long()
	}
	return int64(d.word())
}

// bytes reads n bytes and their padding.
func (d *decoder) bytes(n int64) []byte {
	b := d.take(n)
	d.take(padded(n) - n)
	return b
}

func (d *decoder) text() string { return string(d.bytes(d.count())) }

// list reads the head of a list and calls element for each of its elements.
func (d *decoder) list(tag uint32, element func()) {
	found, n := d.word(), d.count()
	if d.err == nil && found != tag && (found != 0 || n != 0) {
		d.fail(fmt.Errorf("tag %d, not %d", found, tag))
	}
	for i := int64(0); i < n && d.err == nil; i++ {
		element()
	}
}

func (d *decoder) file(f *opened) {
	magic := d.take(4)
	if d.err != nil || string(magic[:3]) != "CDF" || magic[3] != 2 && magic[3] != 5 {
		d.fail(errors.New("it does not begin with CDF"))
		return
	}
	d.wide = magic[3] == 5
	d.count() // records
	d.list(dimensionTag, func() { f.dimensions = append(f.dimensions, dimension{d.text(), d.count()}) })
	f.attributes = d.attributes()
	d.list(variableTag, func() {
		v := variable{name: d.text()}
		for n := d.count(); n > 0 && d.err == nil; n-- {
			i := d.count()
			if i < 0 || i >= int64(len(f.dimensions)) {
				d.fail(fmt.Errorf("variable %s has a dimension that is not there", v.name))
				return
			}
			v.dimensions = append(v.dimensions, int(i))
		}
		v.attributes, v.kind = d.attributes(), kind(d.word())
		d.count() // size
		f.variables, f.begins = append(f.variables, v), append(f.begins, d.long())
	})
}

func (d *decoder) attributes() (list []attribute) {
	d.list(attributeTag, func() {
		a := attribute{name: d.text()}
		k, n := kind(d.word()), d.count()
		if k.size() == 0 || n < 0 || n > mostHeader {
			d.fail(fmt.Errorf("attribute %s is of a kind that is not written here", a.name))
			return
		}
		b := d.bytes(k.size() * n)
		switch {
		case d.err != nil:
		case k == charKind:
			a.value = string(b)
		case k == doubleKind && n == 1:
			a.value = math.Float64frombits(binary.BigEndian.Uint64(b))
		case k == intKind && n == 1:
			a.value = int32(binary.BigEndian.Uint32(b))
		case k == byteKind:
			values := make([]int8, n)
			for i := range values {
				values[i] = int8(b[i])
			}
			a.value = values
		}
		list = append(list, a)
	})
	return list
}
