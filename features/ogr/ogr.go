package ogr

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// formatName is the name of the format, by which package features finds what to ask about a file that no other format knows.
const formatName = "OGR"

func init() {
	format.Register(format.Format{
		Name:    formatName,
		Endings: []string{".gdb", ".fgb", ".kml", ".kmz", ".gml", ".gpx", ".tab", ".mif"},
		Detect:  detect,
		Open:    open,
	})
}

// detect reports whether a file begins as FlatGeobuf, KML, KMZ, GML, GPX, or a zip archive of a file geodatabase do.
func detect(head []byte) bool {
	switch {
	case bytes.HasPrefix(head, []byte("fgb\x03")):
		return true
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) && len(head) >= 30:
		n := min(int(head[26])|int(head[27])<<8, len(head)-30)
		first := bytes.ToLower(head[30 : 30+n])
		return bytes.HasSuffix(first, []byte(".kml")) || bytes.Contains(first, []byte(".gdb/"))
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("<")) && (bytes.Contains(text, []byte("<kml")) || bytes.Contains(text, []byte("<gpx")) ||
		bytes.Contains(text, []byte("opengis.net/gml")))
}

var connection = regexp.MustCompile(`^[A-Za-z_]\w+:`)

// A reader reads one layer.
type reader struct {
	source  string // as GDAL takes it
	layer   layer
	about   format.Description
	command []string
	running *process // of the pass that goes on; nil between passes
	closed  bool
}

// open asks ogrinfo about a file, a folder or a database.
func open(path string, o format.Options) (format.Reader, error) {
	source, err := sourceOf(path)
	if err != nil {
		return nil, err
	}
	for _, program := range []string{"ogrinfo", "ogr2ogr"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("the file is read through %s of GDAL, which is not installed: apt-get install gdal-bin (Debian, Ubuntu), "+
				"brew install gdal, conda install -c conda-forge gdal, or OSGeo4W on Windows: %w", program, err)
		}
	}
	placemarks := 0
	if isKML(path) {
		if placemarks, err = checkKML(path); err != nil {
			return nil, err
		}
	}
	driver, layers, err := info(source)
	if err != nil {
		return nil, err
	}
	counted := 0
	for _, l := range layers {
		counted += max(l.count, 0)
	}
	if counted < placemarks {
		return nil, format.Brokenf("it has %d placemarks, of which GDAL reads %d: it is damaged, or its elements are where KML has none", placemarks, counted)
	}
	r := &reader{source: source}
	var names []string
	chosen := -1
	for _, l := range layers {
		if l.geometry == "None" {
			continue
		}
		names = append(names, l.name)
		if l.name == o.Layer {
			chosen = len(names) - 1
		}
	}
	layers = slices.DeleteFunc(layers, func(l layer) bool { return l.geometry == "None" })
	switch {
	case len(layers) == 0:
		return nil, format.Brokenf("there is no layer with geometries")
	case o.Layer == "" && len(layers) == 1:
		chosen = 0
	case chosen < 0:
		return nil, &format.LayerError{Path: redact(path), Asked: o.Layer, Layers: names}
	}
	r.layer = layers[chosen]
	r.command = r.layer.command(source)
	r.about = format.Description{
		Format: driver, Layer: r.layer.name, Layers: names, Fields: r.layer.fields, Features: r.layer.count,
		Warnings: []string{"It is read by the command " + redact(shell(r.command)) + "."},
	}
	if r.layer.srs != "" {
		r.about.CRS = "EPSG:4326"
		if r.layer.srs != "WGS 84" {
			r.about.Warnings = append(r.about.Warnings, "ogr2ogr converts its positions from "+r.layer.srs+".")
		}
	}
	return r, nil
}

// command is what writes the layer as lines of GeoJSON.
func (l layer) command(source string) []string {
	c := []string{"ogr2ogr", "-f", "GeoJSONSeq"}
	if l.srs != "" {
		c = append(c, "-t_srs", "EPSG:4326")
	}
	if l.fid != "" {
		c = append(c, "-preserve_fid")
	}
	return append(c, "-lco", "COORDINATE_PRECISION=15", "/vsistdout/", source, l.name)
}

// sourceOf is how GDAL names what is at a path.
func sourceOf(path string) (string, error) {
	_, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && (strings.HasPrefix(path, "/vsi") || connection.MatchString(path)) {
			return path, nil
		}
		return "", err
	}
	if archive, err := zip.OpenReader(path); err == nil { // whether it is an archive of a geodatabase
		defer archive.Close()
		for _, e := range archive.File {
			if at := strings.Index(strings.ToLower(e.Name), ".gdb/"); at >= 0 {
				return "/vsizip/{" + path + "}/" + e.Name[:at+len(".gdb")], nil
			}
		}
	}
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return path, nil
}

var (
	passwordField = regexp.MustCompile(`(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s"]+)`)
	passwordURL   = regexp.MustCompile(`(://[^:/@\s]+:)[^@/\s]+@`)
)

// redact leaves passwords out of a connection string.
func redact(text string) string {
	return passwordURL.ReplaceAllString(passwordField.ReplaceAllString(text, "${1}***"), "${1}***@")
}

// shell is a command as a shell takes it.
func shell(command []string) string {
	var words []string
	for _, w := range command {
		if strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune("-_./:=,", r) && !isLetterOrDigit(r) }) || w == "" {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

func isLetterOrDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// Describe implements format.Reader. The format is what GDAL calls it.
func (r *reader) Describe() format.Description { return r.about }

// Close implements format.Reader. It ends the process of a pass that goes on.
func (r *reader) Close() error {
	r.closed = true
	if r.running != nil {
		r.running.stop()
	}
	return nil
}
