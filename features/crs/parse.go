package crs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Parse reads the definition of a reference system: WKT 1 (OGC, GDAL, Esri .prj), WKT 2, PROJJSON, or a code as EPSG:5070, ESRI:102003,
// OGC:CRS84, urn:ogc:def:crs:EPSG::5070, the URL form of OGC (…/def/crs/EPSG/0/4326) or 5070. Of a compound system the horizontal part counts.
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
	`urn:(?:x-)?ogc:def:crs:(\w+):(?:[^:]*:)?(\w+)` + // a version is optional in practice
	`|https?://www\.opengis\.net/def/crs/(\w+)/[^/]*/(\w+)` +
	`|https?://www\.opengis\.net/gml/srs/(epsg)\.xml#(\w+)` +
	`|(\w+)::?(\w+)(?:\+\d+)?` + // the second code is that of heights
	`)$`)

// bare are names in use for systems that have a code.
var bare = map[string]string{"CRS84": "OGC:CRS84", "WGS84": "EPSG:4326", "WGS 84": "EPSG:4326", "NAD83": "EPSG:4269"}

// ofOGC are the systems of OGC, longitude first, with the codes of the same systems in EPSG.
var ofOGC = map[string]int{"CRS84": 4326, "CRS84H": 4979, "CRS83": 4269, "CRS27": 4267}

func fromCode(text string) (*definition, error) {
	if name, ok := bare[strings.ToUpper(text)]; ok {
		text = name
	}
	authority, code := "EPSG", strings.ToUpper(text)
	if match := codes.FindStringSubmatch(text); match != nil {
		for i := 1; i < len(match); i += 2 {
			if match[i] != "" {
				authority, code = strings.ToUpper(match[i]), strings.ToUpper(match[i+1])
			}
		}
	}
	if same, ok := ofOGC[code]; ok && authority == "OGC" {
		d, err := registered().definition(same)
		if err == nil {
			d.id = "OGC:" + code
		}
		return d, err
	}
	number, err := strconv.Atoi(code)
	if err != nil {
		return nil, fmt.Errorf("reference system %q is neither a code, as EPSG:5070, nor WKT nor PROJJSON", clip(text))
	}
	if authority != "EPSG" && authority != "ESRI" {
		return nil, fmt.Errorf("reference system %s:%d: only codes of EPSG, ESRI and OGC are known; use WKT", clip(authority), number)
	}
	return registered().definition(number)
}
