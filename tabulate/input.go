package tabulate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/community-attribute-service/cas-go/bulk"
)

// An Input is where features come from.
type Input struct {
	Name   string                        // for the table's description; "" for text of the command line
	open   func() (io.ReadCloser, error) // from the beginning
	stream io.Reader                     // in place of open, what can be read once
	path   string                        // of a file
}

// Text is an input of GeoJSON text.
func Text(text []byte) Input {
	return Input{open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
}

// Stream is an input that can be read once, such as standard input.
func Stream(name string, r io.Reader) Input { return Input{Name: name, stream: r} }

// File is the input of a file. One that is compressed is read once, as is what is no regular file (a pipe, /dev/stdin).
func File(path string) (Input, error) {
	file, err := os.Open(path)
	if err != nil {
		return Input{}, err
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		file.Close()
		if err == nil {
			err = fmt.Errorf("%s is a folder; give a file of GeoJSON", path)
		}
		return Input{}, err
	}
	name := filepath.Base(path)
	start := bufio.NewReader(file)
	if !info.Mode().IsRegular() || isGzip(start) {
		in := Stream(name, struct {
			io.Reader
			io.Closer
		}{start, file})
		in.path = path
		return in, nil
	}
	file.Close()
	return Input{Name: name, path: path, open: func() (io.ReadCloser, error) { return os.Open(path) }}, nil
}

func isGzip(r *bufio.Reader) bool {
	magic, _ := r.Peek(2)
	return bytes.Equal(magic, []byte{0x1f, 0x8b})
}

// opened is an input that is being read, until a context has ended.
type opened struct {
	io.ReadCloser
	soft context.Context
}

// start opens the input at its beginning. One that can be read once is started once. Its reading ends with bulk.ErrDrained soon after
// soft has ended, even where a stream has nothing to give.
func (in Input) start(soft context.Context) (opened, error) {
	if in.open == nil {
		return opened{patient(soft, in.stream), soft}, nil
	}
	r, err := in.open()
	return opened{r, soft}, err
}

func (r opened) Read(p []byte) (int, error) {
	if r.soft.Err() != nil {
		return 0, bulk.ErrDrained
	}
	return r.ReadCloser.Read(p)
}

// info describes the file that is read; nil where it is none.
func (r opened) info() os.FileInfo {
	file, ok := r.ReadCloser.(*os.File)
	if !ok {
		return nil
	}
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	return info
}

// patient puts a pipe before a stream, so that who reads is not held by a writer who is silent.
func patient(soft context.Context, stream io.Reader) io.ReadCloser {
	r, w := io.Pipe()
	unwatch := context.AfterFunc(soft, func() { w.CloseWithError(bulk.ErrDrained) })
	go func() {
		_, err := io.Copy(w, stream)
		w.CloseWithError(err)
		unwatch()
		if c, ok := stream.(io.Closer); ok {
			c.Close()
		}
	}()
	return r
}

// wrap puts the input's name before what is wrong with it.
func (in Input) wrap(err error) error {
	if err == nil || in.Name == "" || errors.Is(err, bulk.ErrDrained) {
		return err
	}
	return fmt.Errorf("%s: %w", in.Name, err)
}
