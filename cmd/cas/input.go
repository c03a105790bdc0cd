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

// reading is what flags say about how an input is read.
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

// openInput opens what a user names: a file (@FILE too), - for standard input, or GeoJSON text itself.
func (a *app) openInput(ctx context.Context, name string, o features.Options) (tabulate.Input, error) {
	if name == "-" {
		return usable(tabulate.Stream(ctx, "-", a.in, o))
	}
	if isText(name) {
		return usable(tabulate.Stream(ctx, "", strings.NewReader(name), o))
	}
	return usable(tabulate.Open(strings.TrimPrefix(name, "@"), o))
}

// isText reports an argument that is GeoJSON and no name of a file.
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

// usable makes an input that cannot be opened an error of usage.
func usable(in tabulate.Input, err error) (tabulate.Input, error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return in, err
	}
	if file := (*fs.PathError)(nil); errors.As(err, &file) && file.Op == "stat" {
		err = file // it names the path, which what wraps it does too
	}
	return in, usageError{err}
}

// notes tells what the user should know about an input, once each: some is known when it is opened, some when it was read.
func (a *app) notes(in tabulate.Input) {
	for _, note := range in.Source.Describe().Notes {
		if !slices.Contains(a.noted, note) {
			a.noted = append(a.noted, note)
			fmt.Fprintln(a.err, "cas: note:", note)
		}
	}
}

// mostSingle is the size of text up to which an input without -o may be one geometry to print the answer for.
const mostSingle = 64 << 20

// single looks whether the input is one GeoJSON geometry or Feature by itself, whose answer is printed. A collection or a
// sequence, even of one feature, is not, nor is any other format. Standard input can be read from a.in afterwards as if it had
// not been looked at.
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
		if err != nil && !isText(name) && name != "-" {
			err = fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		if err != nil {
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

// readSmall reads a file that may be one geometry; nothing of a larger one or of no file.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostSingle {
		return nil, nil //nolint:nilerr // opening it says what is wrong
	}
	return os.ReadFile(path)
}

// isSingle reports text that is one JSON object and no FeatureCollection.
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
