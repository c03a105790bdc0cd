package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// reading has the flags for reading an input.
type reading struct {
	idField   string
	layer     string
	x, y      string
	assumeCRS string
}

func (r *reading) flags(f *pflag.FlagSet) {
	f.StringVar(&r.idField, "id-field", "", "property that holds the id (default: the feature's own id, else its position)")
	f.StringVar(&r.layer, "layer", "", "layer of a file that has several; 'cas describe FILE' lists them")
	f.StringVar(&r.x, "x", "", "column of longitudes in a table of points (default: x, lon, long, lng, longitude or dec_long_va)")
	f.StringVar(&r.y, "y", "", "column of latitudes in a table of points (default: y, lat, latitude or dec_lat_va)")
	f.StringVar(&r.assumeCRS, "assume-crs", "", "reference system of the file, if it names none or a wrong one, such as EPSG:5070")
}

func (r *reading) options(keep []string) features.Options {
	return features.Options{IDField: r.idField, Keep: append([]string{}, keep...), Layer: r.layer, AssumeCRS: r.assumeCRS, X: r.x, Y: r.y}
}

// openInput opens a file (FILE or @FILE), standard input (-), or GeoJSON text.
func (a *app) openInput(ctx context.Context, name string, o features.Options) (tabulate.Input, error) {
	if name == "-" {
		return usable(tabulate.Stream(ctx, "-", a.in, o))
	}
	if isText(name) {
		return usable(tabulate.Stream(ctx, "", strings.NewReader(name), o))
	}
	return usable(tabulate.Open(strings.TrimPrefix(name, "@"), o))
}

// isText reports whether an argument is GeoJSON text and not the name of a file.
func isText(name string) bool {
	name = strings.TrimSpace(name)
	if strings.HasPrefix(name, "@") {
		return false
	}
	if _, err := os.Stat(name); err == nil {
		return false
	}
	return strings.HasPrefix(name, "{") || strings.HasPrefix(name, "[")
}

// usable makes the error of an input that cannot be opened a usageError.
func usable(in tabulate.Input, err error) (tabulate.Input, error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return in, err
	}
	if file, ok := errors.AsType[*fs.PathError](err); ok && file.Op == "stat" {
		err = file // which names the path; the error around it repeats the path
	}
	return in, usageError{err}
}

// notes prints the notes about an input, each once. Some exist when it is opened, others only after it was read.
func (a *app) notes(in tabulate.Input) {
	for _, note := range in.Source.Describe().Notes {
		if !slices.Contains(a.noted, note) {
			a.noted = append(a.noted, note)
			fmt.Fprintln(a.err, "cas: note:", note)
		}
	}
}

// mostSingle is the largest size of an input that is examined for being a single geometry.
const mostSingle = 64 << 20

// single reports whether the input is one GeoJSON geometry or Feature, whose answer is printed instead of a table. A collection or a
// sequence, even of one feature, and any other format are not. Standard input can afterwards be read from a.in from its beginning.
func (a *app) single(name string, o features.Options) (f features.Feature, single bool, err error) {
	var text []byte
	switch {
	case name == "-":
		text, err = io.ReadAll(io.LimitReader(a.in, mostSingle))
		a.in = io.MultiReader(bytes.NewReader(text), a.in)
	case isText(name):
		text = []byte(name)
	default:
		text, err = readSmall(strings.TrimPrefix(name, "@"))
	}
	if err != nil || !isSingle(text) {
		return f, false, err
	}
	source, err := features.NewReader(bytes.NewReader(text), o)
	if err != nil {
		return f, false, usageError{err}
	}
	defer source.Close()
	n := 0
	for feature, err := range source.Features() {
		switch {
		case err != nil && isText(name):
			return f, false, usageError{err}
		case err != nil && name != "-":
			return f, false, fmt.Errorf("%s: %w", filepath.Base(name), err)
		case err != nil:
			return f, false, err
		}
		f = feature
		n++
	}
	if n == 1 {
		a.notes(tabulate.Input{Source: source})
	}
	return f, n == 1, nil
}

// readSmall reads a file of at most mostSingle bytes; nil for a larger one or if there is no file.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostSingle {
		return nil, nil //nolint:nilerr // opening it says what is wrong
	}
	return os.ReadFile(path)
}

// isSingle reports whether the text is one JSON object and not a FeatureCollection.
func isSingle(text []byte) bool {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	var object struct {
		Type string `json:"type"`
	}
	if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &object) != nil {
		return false
	}
	return object.Type != "FeatureCollection"
}
