package shard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
)

// manifestVersion changes when an older Merge would misread a manifest.
const manifestVersion = 2

// A Manifest says what a shard's table is a part of, and what a merge has to know about it.
type Manifest struct {
	Version int `json:"cas_shard_manifest"` // of the manifest's format
	Shard
	First       int                 `json:"first"`               // position of the first row's feature in the input, from 0
	Rows        int                 `json:"rows"`                // of the table
	Features    int                 `json:"features"`            // of the whole input
	Input       string              `json:"input"`               // its name
	InputSHA256 string              `json:"input_sha256"`        // of the input's bytes, in hexadecimal
	InputCRS    string              `json:"input_crs,omitempty"` // reference system that its coordinates were converted from
	Parameters  journal.Fingerprint `json:"parameters"`          // of the run
	Keep        []string            `json:"keep,omitempty"`      // properties that were copied into the table
	Form        table.Form          `json:"form,omitzero"`       // of the table
	Format      string              `json:"format"`              // of the table
	Table       File                `json:"table"`
	Failures    File                `json:"failures"` // the list of failures

	ServiceURL     string            `json:"service_url,omitempty"`     // base URL of the service
	ServiceVersion string            `json:"service_version,omitempty"` // if it is known
	ServiceTuning  string            `json:"service_tuning,omitempty"`  // what was changed in a service that was started for the run
	Client         string            `json:"client,omitempty"`          // name and version of the program that sent the requests
	Sessions       []journal.Session `json:"sessions,omitempty"`        // the runs that sent requests
	Catalog        []cas.Dataset     `json:"catalog,omitempty"`         // metadata of the datasets
	Summary        *table.Summary    `json:"summary"`                   // of the table
}

// A File is one of a shard's files.
type File struct {
	Name   string `json:"name"`   // in the manifest's folder
	SHA256 string `json:"sha256"` // of its bytes, in hexadecimal
}

// ManifestPath returns the name of the manifest beside a shard's table: attributes.0003-of-0016.shard.json beside
// attributes.0003-of-0016.csv.
func ManifestPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".shard.json"
}

// RemoveManifest removes the manifest of an earlier run, before its table is replaced.
func RemoveManifest(path string) error {
	if err := os.Remove(ManifestPath(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// WriteManifest writes the manifest of a shard, from the number of features in the whole input, the properties that were kept, and the
// options and the summary of the table. It is the last thing that a shard does.
func WriteManifest(s Shard, features int, keep []string, o table.Options, summary *table.Summary) error {
	first, end := s.Range(features)
	m := Manifest{
		Version: manifestVersion, Shard: s, First: first, Rows: end - first, Features: features,
		Input: o.About.Input, InputSHA256: o.About.InputSHA256, InputCRS: o.About.InputCRS, Parameters: o.Parameters, Keep: keep, Form: o.Plan.Form(), Format: o.Format.Name(),
		ServiceURL: o.About.ServiceURL, ServiceVersion: o.About.ServiceVersion, ServiceTuning: o.About.ServiceTuning, Client: o.About.Client,
		Sessions: o.About.Sessions, Catalog: o.About.Datasets, Summary: summary,
	}
	if summary.Features != m.Rows {
		return fmt.Errorf("shard %s has %d rows, not %d: has the input changed since?", s, summary.Features, m.Rows)
	}
	var err error
	if m.Table, err = describe(o.Path); err != nil {
		return err
	}
	if m.Failures, err = describe(table.ErrorsPath(o.Path)); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(ManifestPath(o.Path), append(text, '\n'))
}

// writeWhole writes a file under a temporary name, syncs it to the disk and renames it.
func writeWhole(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // fails after the renaming
	_, err = file.Write(content)
	if err := errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// ReadManifest reads the manifest beside a shard's table. If there is none, the error is fs.ErrNotExist.
func ReadManifest(path string) (*Manifest, error) {
	text, err := os.ReadFile(ManifestPath(path))
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestPath(path), err)
	}
	if m.Version != manifestVersion || m.Summary == nil {
		return nil, fmt.Errorf("%s is no manifest that this version of the program knows", ManifestPath(path))
	}
	return &m, nil
}

func describe(path string) (File, error) {
	sum, err := hashFile(path)
	return File{Name: filepath.Base(path), SHA256: sum}, err
}

func hashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}
