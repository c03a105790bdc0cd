package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
)

// The cache of catalogs, for completion and suggestions.
const (
	catalogAge     = 24 * time.Hour      // then the service is asked again
	catalogRetry   = 10 * time.Minute    // after a service did not answer
	catalogPatient = 2 * time.Second     // how long a user at the keyboard waits for the service
	catalogForget  = 30 * 24 * time.Hour // then an unused file is removed
)

// named is the id of a dataset or the slug of a provider, with its name.
type named struct{ ID, Name string }

// knownCatalog holds the names in the catalog of one service. It is stored in the user's cache folder, without any key.
type knownCatalog struct {
	Renew     time.Time // when to ask again
	Datasets  []named
	Providers []named
}

func (k knownCatalog) datasetIDs() []string { return ids(k.Datasets) }
func (k knownCatalog) slugs() []string      { return ids(k.Providers) }

func ids(names []named) []string {
	ids := make([]string, len(names))
	for i, n := range names {
		ids[i] = n.ID
	}
	return ids
}

// knownCatalog returns the catalog of the service: from the cache if it is fresh, else from the service, else from an old cache, else the
// one inside this program. It never fails, because it only helps with typing.
func (a *app) knownCatalog(ctx context.Context) knownCatalog {
	if a.known == nil {
		known := a.findCatalog(ctx)
		a.known = &known
	}
	return *a.known
}

func (a *app) findCatalog(ctx context.Context) knownCatalog {
	file := a.catalogFile()
	known, err := readCatalog(file)
	if err == nil && time.Now().Before(known.Renew) {
		return known
	}
	fresh, askErr := a.askCatalog(ctx)
	renew := catalogRetry
	switch {
	case askErr == nil:
		known, renew = fresh, catalogAge
	case err != nil:
		known = carriedCatalog()
	}
	known.Renew = time.Now().Add(renew)
	if ctx.Err() == nil {
		_ = known.write(file) // without a cache the next question is slower, no more
	}
	return known
}

// catalogFile is the cache file of the service that the flags name; "" if this user has no cache folder.
func (a *app) catalogFile() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	of := sha256.Sum256([]byte(a.serviceURL()))
	return filepath.Join(dir, "cas-go", "catalog-"+hex.EncodeToString(of[:8])+".json")
}

func readCatalog(file string) (knownCatalog, error) {
	var k knownCatalog
	text, err := os.ReadFile(file)
	if err != nil {
		return k, err
	}
	if err := json.Unmarshal(text, &k); err != nil {
		return knownCatalog{}, err
	}
	if time.Until(k.Renew) > catalogAge {
		return k, errors.New("the clock was changed, or the file")
	}
	return k, nil
}

// write replaces the file atomically, because several shells may complete at once.
func (k knownCatalog) write(file string) error {
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), "catalog-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text)
	if err := errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	forgetCatalogs(filepath.Dir(file))
	return os.Rename(temporary.Name(), file)
}

// forgetCatalogs removes old files, such as those of services that cas extract --local started on a port of their own.
func forgetCatalogs(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), "catalog-") && time.Since(info.ModTime()) > catalogForget {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

func (a *app) askCatalog(ctx context.Context) (knownCatalog, error) {
	var k knownCatalog
	ctx, cancel := context.WithTimeout(ctx, catalogPatient)
	defer cancel()
	client, err := a.client(cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}), cas.WithLogger(nil))
	if err != nil {
		return k, err
	}
	defer client.Close()
	for d, err := range client.AllDatasets(ctx, cas.DatasetFilter{}) {
		if err != nil {
			return k, err
		}
		k.Datasets = append(k.Datasets, named{d.ID, d.Name})
	}
	for p, err := range client.AllProviders(ctx) {
		if err != nil {
			return k, err
		}
		k.Providers = append(k.Providers, named{p.Slug, p.Name})
	}
	return k, nil
}

func carriedCatalog() knownCatalog {
	var k knownCatalog
	for _, d := range catalog.Datasets() {
		k.Datasets = append(k.Datasets, named{d.ID, d.Name})
	}
	for _, p := range catalog.Providers() {
		k.Providers = append(k.Providers, named{p.Slug, p.Name})
	}
	return k
}
