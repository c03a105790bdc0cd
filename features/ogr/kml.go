package ogr

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// checkKML reads a KML file, or the KML files of an archive (KMZ), for GDAL's driver drops what follows an error in one and says nothing.
// features is how many it counts in all layers.
func checkKML(path string, features int) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		file, err := os.Open(path)
		if err != nil {
			return nil //nolint:nilerr // it is a connection, or a file that ogrinfo alone finds
		}
		defer file.Close()
		n, err := placemarks(file)
		if err == nil && features < n {
			err = format.Brokenf("it has %d placemarks, of which GDAL reads %d: it is damaged, or its elements are where KML has none", n, features)
		}
		return err
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
			return format.Brokenf("%s of the archive: %w", e.Name, err)
		}
	}
	return nil
}

// entity is the name of one that a document declares.
var entity = regexp.MustCompile(`ENTITY\s+([^\s%]+)\s`)

// placemarks reads KML to its end and counts the features, other than those that an Update of a tour changes.
func placemarks(in io.Reader) (n int, err error) {
	d := xml.NewDecoder(in)
	// In the encodings that are not Unicode, the characters of the markup are those of ASCII.
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
