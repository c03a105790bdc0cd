package ogr

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// A layer is what ogrinfo tells of one.
type layer struct {
	name     string
	geometry string // its type in words; "None" for a table
	count    int    // -1 if it is not known
	srs      string // name of its reference system; "" if it has none
	fid      string // name of the column that numbers the features, which is not among the fields
	fields   []format.Field
}

// info asks ogrinfo for the layers of a source. Its text is the same in all versions of GDAL; the JSON is there only since 3.7.
func info(source string) (driver string, layers []layer, err error) {
	cmd := exec.Command("ogrinfo", "-ro", "-so", "-al", source)
	cmd.Env = environment()
	var out bytes.Buffer
	stderr := &complaint{}
	cmd.Stdout, cmd.Stderr = &out, stderr
	if err := cmd.Run(); err != nil {
		why := stderr.String()
		if why == "" { // some versions complain on standard output
			why = strings.TrimSpace(out.String())
		}
		why, _, _ = strings.Cut(why, " with the following drivers") // and the list of all
		why = strings.Join(strings.Fields(why), " ")
		return "", nil, format.Brokenf("ogrinfo cannot read it: %s (%w)", redact(why), err)
	}
	if why := stderr.errors(); why != "" {
		return "", nil, format.Brokenf("ogrinfo cannot read all of it: %s", redact(why))
	}
	driver, layers = parseInfo(&out)
	return driver, layers, nil
}

var (
	usingDriver = regexp.MustCompile("^      using driver `(.*)' successful")
	// The first line of a reference system in well-known text; the lines below are indented.
	srsLine = regexp.MustCompile(`^[A-Z_]*CR?S\["([^"]+)"`)
	// A field: its name, its type, perhaps with a subtype, and its width and decimals, which newer versions leave out for dates.
	fieldLine = regexp.MustCompile(`^(.+?): ((?:Integer|Integer64|Real|String)(?:List)?(?:\(\w+\))?|Date|Time|DateTime|Binary)(?: \((\d+)\.\d+\))?(?: |$)`)
)

// parseInfo reads the text of ogrinfo -so -al.
func parseInfo(in io.Reader) (driver string, layers []layer) {
	lines := bufio.NewReader(in)
	var l *layer
	for {
		line, err := lines.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, "Layer name: "); ok {
			layers = append(layers, layer{name: name, count: -1})
			l = &layers[len(layers)-1]
		} else if m := usingDriver.FindStringSubmatch(line); m != nil && driver == "" {
			driver = m[1]
		} else if l != nil {
			l.read(line)
		}
		if err != nil {
			return driver, layers
		}
	}
}

// read takes what one line says about the layer.
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
