package ogr

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// Records implements format.Reader.
func (r *reader) Records(want format.Want) iter.Seq2[*format.Record, error] {
	return func(yield func(*format.Record, error) bool) {
		if r.closed {
			yield(nil, errors.New("the reader is closed"))
			return
		}
		p, err := start(r.command)
		if err != nil {
			yield(nil, err)
			return
		}
		r.running = p
		defer func() {
			p.stop()
			r.running = nil
		}()
		var rec format.Record
		for n := 1; ; n++ {
			line, err := p.line()
			if errors.Is(err, io.EOF) {
				if err = p.wait(); err == nil && n-1 < r.layer.count {
					err = fmt.Errorf("it gives %d features where ogrinfo counts %d", n-1, r.layer.count)
				}
				if err == nil {
					return
				}
			}
			if err != nil {
				yield(nil, format.Brokenf("ogr2ogr cannot read it behind feature %d: %w", n-1, err))
				return
			}
			rec = format.Record{Place: "feature " + strconv.Itoa(n), Properties: rec.Properties[:0]}
			if err := r.parse(line, &rec, want); err != nil {
				rec.Err = fmt.Errorf("the GeoJSON of ogr2ogr cannot be read: %w", err)
			}
			if !yield(&rec, nil) {
				return
			}
		}
	}
}

// parse reads a feature. Its id is the number in the source, which becomes a property if the source has a name for it.
func (r *reader) parse(line []byte, rec *format.Record, want format.Want) error {
	d := jsontext.NewDecoder(bytes.NewReader(line), jsontext.AllowDuplicateNames(true))
	var id jsontext.Value
	err := members(d, func(name string) (err error) {
		switch name {
		case "id":
			id, err = d.ReadValue()
			id = bytes.Clone(id)
		case "geometry":
			var geometry jsontext.Value
			geometry, err = d.ReadValue()
			if string(geometry) != "null" {
				rec.GeoJSON = json.RawMessage(bytes.Clone(geometry))
			}
		case "properties":
			if d.PeekKind() != '{' {
				return d.SkipValue()
			}
			return members(d, func(name string) error {
				if !want.Wants(name) {
					return d.SkipValue()
				}
				value, err := d.ReadValue()
				if err == nil {
					rec.Properties = append(rec.Properties, format.Property{Name: name, Value: json.RawMessage(bytes.Clone(value))})
				}
				return err
			})
		default:
			return d.SkipValue()
		}
		return err
	})
	if err == nil && r.layer.fid != "" && id != nil && want.Wants(r.layer.fid) {
		rec.Properties = append(rec.Properties, format.Property{Name: r.layer.fid, Value: json.RawMessage(id)})
	}
	return err
}

// members calls read for each member of the next object.
func members(d *jsontext.Decoder, read func(name string) error) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != '{' {
		return errors.New("it is no object")
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if err := read(name.String()); err != nil {
			return err
		}
	}
	_, err = d.ReadToken()
	return err
}

// A process is a running ogr2ogr.
type process struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	stderr complaint
	long   []byte // holds a line that is longer than the buffer of out
	ended  bool
	err    error
}

func environment() []string { return append(os.Environ(), "CPL_DEBUG=OFF", "LC_ALL=C.UTF-8") }

func start(command []string) (*process, error) {
	p := &process{cmd: exec.Command(command[0], command[1:]...)}
	p.cmd.Env = environment()
	p.cmd.WaitDelay = 5 * time.Second
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<18)
	return p, p.cmd.Start()
}

// line reads a line. It is valid until the next one.
func (p *process) line() ([]byte, error) {
	if p.ended {
		return nil, errors.New("the reader was closed")
	}
	p.long = p.long[:0]
	for {
		part, err := p.out.ReadSlice('\n')
		if err == nil && len(p.long) == 0 {
			return part, nil
		}
		p.long = append(p.long, part...)
		switch {
		case err == nil:
			return p.long, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(bytes.TrimSpace(p.long)) > 0:
			return p.long, nil // a cut line: parse or the next call reports it
		default:
			return nil, err
		}
	}
}

// wait is called at the end of the output. It returns the reason if that came too early.
func (p *process) wait() error {
	p.end()
	why := p.stderr.errors()
	if p.err != nil && why == "" {
		why = p.stderr.String()
	}
	switch {
	case p.err != nil:
		return fmt.Errorf("%s (%w)", redact(why), p.err)
	case why != "":
		return errors.New(redact(why))
	}
	return nil
}

// stop ends the process, whether it has finished or not.
func (p *process) stop() {
	if !p.ended {
		_ = p.cmd.Process.Kill()
	}
	p.end()
}

func (p *process) end() {
	if !p.ended {
		p.err = p.cmd.Wait()
		p.ended = true
	}
}

// A complaint keeps the start and the end of a program's standard error.
type complaint struct{ start, end []byte }

const keeps = 4096

func (c *complaint) Write(b []byte) (int, error) {
	n := min(len(b), keeps-len(c.start))
	c.start = append(c.start, b[:n]...)
	c.end = append(c.end, b[n:]...)
	if extra := len(c.end) - keeps; extra > 0 {
		c.end = append(c.end[:0], c.end[extra:]...)
	}
	return len(b), nil
}

func (c *complaint) String() string { return strings.TrimSpace(string(c.start) + string(c.end)) }

// errors returns the lines that GDAL marks as errors. GDAL continues after some errors and reports them nowhere else.
func (c *complaint) errors() string {
	var found []string
	for line := range strings.Lines(c.String()) {
		if strings.HasPrefix(line, "ERROR ") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return strings.Join(found, "; ")
}
