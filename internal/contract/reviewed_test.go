package contract_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract"
)

func serviceDocument(t *testing.T, version string) []byte {
	t.Helper()
	document, err := os.ReadFile("testdata/service-openapi-" + version + ".json")
	require.NoError(t, err)
	return document
}

// Each difference from the document of 0.4.0 is reviewed, and each reviewed difference is there.
func TestDriftOfTheCurrentVersion(t *testing.T) {
	t.Parallel()
	unlisted, vanished, err := contract.Drift(serviceDocument(t, "0.4.0"))
	require.NoError(t, err)
	assert.Empty(t, unlisted, "differences that testdata/reviewed-differences.txt does not list")
	assert.Empty(t, vanished, "lines of testdata/reviewed-differences.txt that are no difference any more")
}

// The stored document of 0.4.0 is the one that the service sent.
func TestStoredDocumentWasSent(t *testing.T) {
	t.Parallel()
	for _, e := range captured(t) {
		if e.name == "openapi_ok" {
			assert.JSONEq(t, string(e.body), string(serviceDocument(t, "0.4.0")))
			return
		}
	}
	t.Error("there is no capture of /openapi.json")
}

// Had the specification gone the other way, from 0.4.0 back to an earlier version, each change would have been seen.
func TestDriftOfEarlierVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0.2.0", "0.1.0"} {
		unlisted, vanished, err := contract.Drift(serviceDocument(t, version))
		require.NoError(t, err)
		assert.Equalf(t, []string{
			"+ schema AttributeRequest.bbox type null",
			"+ schema AttributeRequest.output default stats",
			"+ schema AttributeRequest.resampling default nearest",
			"+ schema AttributeRequest.target_resolution type null",
		}, unlisted, "unlisted in %s", version)
		assert.Equalf(t, []string{
			"+ POST /api/v1/extract request application/json is AttributeRequest",
			"+ schema AttributeRequest requires geometry",
			"- POST /api/v1/extract request application/json is StatsOnlyAttributeRequest",
			"- schema AttributeRequest.bbox is BoundingBox",
			"- schema AttributeRequest.geometry type null",
			"- schema AttributeRequest.output is OutputMode",
			"- schema AttributeRequest.resampling is RasterResampling",
			"- schema AttributeRequest.target_resolution exclusiveMinimum 0",
			"- schema AttributeRequest.target_resolution type number",
			"- schema OutputMode",
			"- schema RasterResampling",
		}, vanished, "vanished in %s", version)
	}
}

// A change of the service, however small, is found.
func TestDriftFindsChanges(t *testing.T) {
	t.Parallel()
	document := serviceDocument(t, "0.4.0")
	for _, c := range []struct{ name, from, to, unlisted, vanished string }{
		{"an enum value", `"estimated"`, `"estimated","guessed"`, "- schema QualityFlag enum guessed", ""},
		{"a path", `"/metrics":`, `"/stats":`, "- GET /stats", "- GET /metrics response 200 application/json anything"},
		{"a member renamed", `"pixel_count":{`, `"pixels":{`, "- schema AttributeResult.pixels type integer", ""},
		{"a limit lifted", `"maxItems":1000,`, ``, "+ schema BatchAttributeRequest.geometries maxItems 1000", ""},
		{"a request renamed", `StatsOnlyAttributeRequest`, `PointRequest`, "- schema PointRequest", "- POST /api/v1/extract request application/json is StatsOnlyAttributeRequest"},
		{"a difference settled", `{"type":"number"},"type":"object"`, `{"type":["number","null"]},"type":"object"`, "", "+ schema AttributeResult.value{} type null"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tight bytes.Buffer
			require.NoError(t, json.Compact(&tight, document))
			changed := bytes.ReplaceAll(tight.Bytes(), []byte(c.from), []byte(c.to))
			require.NotEqual(t, tight.Bytes(), changed)
			unlisted, vanished, err := contract.Drift(changed)
			require.NoError(t, err)
			if c.unlisted != "" {
				assert.Contains(t, unlisted, c.unlisted)
			}
			if c.vanished != "" {
				assert.Contains(t, vanished, c.vanished)
			}
		})
	}
	_, _, err := contract.Drift([]byte(`<html>`))
	assert.Error(t, err)
}
