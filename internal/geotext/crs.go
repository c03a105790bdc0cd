package geotext

import (
	"encoding/json"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// foreignCRS names the reference system in a "crs" member (the GeoJSON of 2008,
// section 3) if that is not WGS 84. null, which writers emit for "not set", and
// the member's absence are WGS 84, the only system of RFC 7946.
func ForeignCRS(v jsontext.Value) string {
	if v.Kind() == 'n' {
		return ""
	}
	name := crsName(v)
	if isWGS84(name) {
		return ""
	}
	return name
}

// crsName is the name in a "crs" member, or its text where it has no name.
func crsName(v jsontext.Value) string {
	var named struct {
		Type       string `json:"type"`
		Properties struct {
			Name string          `json:"name"`
			Href string          `json:"href"`
			Code json.RawMessage `json:"code"` // {"type":"EPSG","properties":{"code":4326}}
		} `json:"properties"`
	}
	var plain string
	switch {
	case json.Unmarshal(v, &plain) == nil:
		return plain
	case json.Unmarshal(v, &named) != nil:
	case named.Properties.Name != "":
		return named.Properties.Name
	case named.Properties.Href != "":
		return named.Properties.Href
	case len(named.Properties.Code) > 0:
		return named.Type + ":" + strings.Trim(string(named.Properties.Code), `"`)
	}
	const most = 80
	if len(v) > most {
		return string(v[:most]) + "…"
	}
	return string(v)
}

// isWGS84 knows the spellings of WGS 84 as longitude and latitude: CRS84 and
// EPSG:4326, with height CRS84h and EPSG:4979, plain, as URN (urn:ogc:def:crs:
// OGC:1.3:CRS84, urn:ogc:def:crs:EPSG::4326) and as URL. The axis order that EPSG
// gives 4326 does not matter: positions in GeoJSON always were x before y.
func isWGS84(name string) bool {
	parts := strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return strings.ContainsRune(":/#", r) })
	if len(parts) == 0 {
		return false
	}
	switch code := strings.TrimSuffix(parts[len(parts)-1], ".XML"); code {
	case "CRS84", "CRS84H", "WGS84":
		return true
	case "4326", "4979":
		for _, authority := range parts[:len(parts)-1] {
			if strings.HasPrefix(authority, "EPSG") {
				return true
			}
		}
	}
	return false
}

// crsReason is the refusal of a feature in another reference system.
func CRSReason(crs string) string {
	return "crs is " + crs + "; reproject to EPSG:4326 (WGS 84 longitude, latitude)"
}
