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
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// formatName is how package features finds this format for a file that no other format recognizes.
const formatName = "OGR"

func init() {
	format.Register(format.Format{
		Name:    formatName,
		Endings: []string{".gdb", ".fgb", ".kml", ".kmz", ".gml", ".gpx", ".tab", ".mif"},
		Detect:  detect,
		Open:    open,
	})
}

// detect reports whether head starts FlatGeobuf, KML, KMZ, GML, GPX, or a zip archive of a file geodatabase.
func detect(head []byte) bool {
	if first, isArchive := format.FirstInZip(head); isArchive {
		return strings.HasSuffix(first, ".kml") || strings.Contains(first, ".gdb/")
	}
	if bytes.HasPrefix(head, []byte("fgb\x03")) {
		return true
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("<")) && (bytes.Contains(text, []byte("<kml")) || bytes.Contains(text, []byte("<gpx")) ||
		bytes.Contains(text, []byte("opengis.net/gml")))
}

var connection = regexp.MustCompile(`^[A-Za-z_]\w+:`)

// A reader reads one layer.
type reader struct {
	layer   layer
	about   format.Description
	command []string
	running *process // of the running pass; nil between passes
	closed  bool
}

// open opens a file, a folder or a database with ogrinfo.
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
	layers = slices.DeleteFunc(layers, func(l layer) bool { return l.geometry == "None" })
	if len(layers) == 0 {
		return nil, format.Brokenf("there is no layer with geometries")
	}
	var names []string
	for _, l := range layers {
		names = append(names, l.name)
	}
	chosen, err := format.ChooseLayer(redact(path), o.Layer, names)
	if err != nil {
		return nil, err
	}
	r := &reader{layer: layers[chosen], command: layers[chosen].command(source)}
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

// command returns the command that writes the layer as lines of GeoJSON.
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

// sourceOf returns GDAL's name of a path.
func sourceOf(path string) (string, error) {
	_, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && (strings.HasPrefix(path, "/vsi") || connection.MatchString(path)) {
			return path, nil
		}
		return "", err
	}
	if archive, err := zip.OpenReader(path); err == nil { // perhaps of a geodatabase
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

// redact replaces the passwords in a connection string.
func redact(text string) string {
	return passwordURL.ReplaceAllString(passwordField.ReplaceAllString(text, "${1}***"), "${1}***@")
}

// plainWord is a word that a shell takes without quotes.
var plainWord = regexp.MustCompile(`^[\w./:=,-]+$`)

// shell returns a command as one types it in a shell.
func shell(command []string) string {
	words := slices.Clone(command)
	for i, w := range words {
		if !plainWord.MatchString(w) {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// Describe implements format.Reader. The format is what GDAL calls it.
func (r *reader) Describe() format.Description { return r.about }

// Close implements format.Reader. It ends the process of a running pass.
func (r *reader) Close() error {
	r.closed = true
	if r.running != nil {
		r.running.stop()
	}
	return nil
}

// A layer is what ogrinfo says about one.
type layer struct {
	name     string
	geometry string // the type in words; "None" for a table
	count    int    // number of features; -1 if it is not known
	srs      string // name of the reference system; "" if it has none
	fid      string // name of the column that numbers the features; it is not in fields
	fields   []format.Field
}

// info asks ogrinfo for the layers of a source. Its text is the same in all versions of GDAL; only those since 3.7 have JSON.
func info(source string) (driver string, layers []layer, err error) {
	cmd := exec.Command("ogrinfo", "-ro", "-so", "-al", source)
	cmd.Env = environment()
	var out strings.Builder
	stderr := &complaint{}
	cmd.Stdout, cmd.Stderr = &out, stderr
	if err := cmd.Run(); err != nil {
		why := stderr.String()
		if why == "" { // some versions complain on standard output
			why = strings.TrimSpace(out.String())
		}
		why, _, _ = strings.Cut(why, " with the following drivers") // a list of all drivers follows
		why = strings.Join(strings.Fields(why), " ")
		return "", nil, format.Brokenf("ogrinfo cannot read it: %s (%w)", redact(why), err)
	}
	if why := stderr.errors(); why != "" {
		return "", nil, format.Brokenf("ogrinfo cannot read all of it: %s", redact(why))
	}
	driver, layers = parseInfo(out.String())
	return driver, layers, nil
}

var (
	usingDriver = regexp.MustCompile("^      using driver `(.*)' successful")
	// The first line of a reference system in well-known text; the lines after it are indented.
	srsLine = regexp.MustCompile(`^[A-Z_]*CR?S\["([^"]+)"`)
	// A field: name, type with an optional subtype, width and decimals. Newer versions leave out the width of dates.
	fieldLine = regexp.MustCompile(`^(.+?): ((?:Integer|Integer64|Real|String)(?:List)?(?:\(\w+\))?|Date|Time|DateTime|Binary)(?: \((\d+)\.\d+\))?(?: |$)`)
)

// parseInfo reads the text of ogrinfo -so -al.
func parseInfo(text string) (driver string, layers []layer) {
	var l *layer
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, "Layer name: "); ok {
			layers = append(layers, layer{name: name, count: -1})
			l = &layers[len(layers)-1]
		} else if m := usingDriver.FindStringSubmatch(line); m != nil && driver == "" {
			driver = m[1]
		} else if l != nil {
			l.read(line)
		}
	}
	return driver, layers
}

// read takes what a line says about the layer.
func (l *layer) read(line string) {
	if text, ok := strings.CutPrefix(line, "Geometry: "); ok {
		l.geometry = text
	} else if text, ok := strings.CutPrefix(line, "Feature Count: "); ok {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 {
			l.count = n
		}
	} else if text, ok := strings.CutPrefix(line, "FID Column = "); ok {
		l.fid = text
	} else if m := srsLine.FindStringSubmatch(line); m != nil && l.srs == "" {
		l.srs = m[1]
	} else if m := fieldLine.FindStringSubmatch(line); m != nil {
		kind := strings.ToLower(m[2])
		if m[3] != "" && m[3] != "0" {
			kind += "(" + m[3] + ")"
		}
		l.fields = append(l.fields, format.Field{Name: m[1], Type: kind})
	}
}
