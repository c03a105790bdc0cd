package crs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Parse reads the definition of a reference system: WKT 1 (OGC, GDAL, Esri .prj), WKT 2, PROJJSON, or a code as EPSG:5070, ESRI:102003,
// OGC:CRS84, urn:ogc:def:crs:EPSG::5070, http://www.opengis.net/def/crs/EPSG/0/4326 or 5070. Of a compound system the horizontal part counts.
//
// A system that is well defined but not converted by this package is an *UnsupportedError. The numbers of a definition count, not
// its code, if it has both.
func Parse(text string) (*System, error) {
	text = strings.Trim(text, " \t\r\n\x00\ufeff")
	var d *definition
	var err error
	switch {
	case text == "":
		return nil, fmt.Errorf("reference system: the definition is empty")
	case text[0] == '{':
		d, err = fromJSON([]byte(text))
	case strings.ContainsAny(text, "[("):
		d, err = fromWKT(text)
	case strings.HasPrefix(text, "+"):
		return nil, fmt.Errorf("reference system %q: PROJ strings are not read, for they leave the datum open; use a code such as EPSG:5070, or WKT", clip(text))
	default:
		d, err = fromCode(text)
	}
	if err != nil {
		return nil, err
	}
	return d.system()
}

// codes are the ways to write a code: authority in one group, code in the next.
var codes = regexp.MustCompile(`(?i)^(?:` +
	`urn:(?:x-)?ogc:def:crs:(\w+):[^:]*:(\w+)` +
	`|https?://www\.opengis\.net/def/crs/(\w+)/[^/]*/(\w+)` +
	`|https?://www\.opengis\.net/gml/srs/(epsg)\.xml#(\w+)` +
	`|(\w+)::?(\w+)` +
	`)$`)

// others are the systems of OGC, with the codes of the same systems in EPSG.
var others = map[string]int{"OGC:CRS84": 4326, "OGC:CRS83": 4269, "OGC:CRS27": 4267, "OGC:CRS84H": 4979}

func fromCode(text string) (*definition, error) {
	authority, code := "EPSG", strings.ToUpper(text)
	if match := codes.FindStringSubmatch(text); match != nil {
		for i := 1; i < len(match); i += 2 {
			if match[i] != "" {
				authority, code = strings.ToUpper(match[i]), strings.ToUpper(match[i+1])
			}
		}
	} else if code == "CRS84" {
		authority = "OGC"
	}
	id := authority + ":" + code
	if same, ok := others[id]; ok {
		d, err := registered().definition(same)
		if err == nil {
			d.id = id
		}
		return d, err
	}
	number, err := strconv.Atoi(code)
	switch {
	case err != nil:
		return nil, fmt.Errorf("reference system %q is neither a code, as EPSG:5070, nor WKT nor PROJJSON", clip(text))
	case authority != "EPSG" && authority != "ESRI", authority == "ESRI" && number < firstOfEsri && registered().systems[number] == "":
		return nil, fmt.Errorf("reference system %s: only codes of EPSG, ESRI and OGC are known", clip(id))
	}
	return registered().definition(number)
}
