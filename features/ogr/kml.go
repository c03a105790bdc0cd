package ogr

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// isKML reports whether path is a KML file, or an archive of one (KMZ).
func isKML(path string) bool {
	head, err := format.Head(path)
	if err != nil {
		return false // a connection, or a name that only GDAL knows
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".kml", ".kmz":
		return true
	}
	return bytes.Contains(head, []byte("<kml"))
}

// checkKML reads a KML file, or the KML files of an archive, because GDAL's driver silently drops what follows an error. features is the
// number of placemarks, to compare with GDAL's; it is 0 for an archive, of which GDAL may read only a part.
func checkKML(path string) (features int, err error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		file, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		defer file.Close()
		return placemarks(file)
	}
	defer archive.Close()
	for _, e := range archive.File {
		if !strings.HasSuffix(strings.ToLower(e.Name), ".kml") {
			continue
		}
		file, err := e.Open()
		if err == nil {
			_, err = placemarks(file)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			return 0, format.Brokenf("%s of the archive: %w", e.Name, err)
		}
	}
	return 0, nil
}

// entity finds the names of the entities that a document declares.
var entity = regexp.MustCompile(`ENTITY\s+([^\s%]+)\s`)

// placemarks reads KML to its end and counts the features, without those in an Update of a tour.
func placemarks(in io.Reader) (n int, err error) {
	d := xml.NewDecoder(in)
	// All other encodings share the characters of the markup with ASCII.
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return charmap.ISO8859_1.NewDecoder().Reader(in), nil }
	d.Entity = map[string]string{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "Placemark" {
				n++
			} else if token.Name.Local == "Update" {
				err = d.Skip()
			}
		case xml.Directive:
			for _, m := range entity.FindAllSubmatch(token, -1) {
				d.Entity[string(m[1])] = ""
			}
		}
		if err != nil {
			return n, format.Brokenf("it is damaged: %w", err)
		}
	}
}
