package shard

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
)

// Merge joins the tables of all shards of a run, given in any order. It writes the table, the list of failures and the description that one
// run would have written at output: the same bytes, except that the description has no service URL if the shards used several services.
// Formats are those that the shards may have.
//
// If shards are missing, given twice, not finished, changed since, or of other inputs or parameters, the error is a [*MergeError], and
// nothing is written. If output is of another format than the shards, it is cas.ErrInvalidRequest. Files other than tables are skipped; see
// [Tables]. Memory does not grow with the rows.
func Merge(ctx context.Context, tables []string, output string, formats ...table.Reader) (*table.Summary, error) {
	tables = Tables(tables)
	if len(tables) == 0 {
		return nil, fmt.Errorf("%w: there is nothing to merge", cas.ErrInvalidRequest)
	}
	for _, path := range tables {
		if filepath.Ext(path) != filepath.Ext(output) {
			return nil, fmt.Errorf("%w: %s cannot be merged into %s: shards and output have to be of one format", cas.ErrInvalidRequest, path, output)
		}
		if sameFile(path, output) {
			return nil, fmt.Errorf("%w: the output %s is one of the shards", cas.ErrInvalidRequest, output)
		}
	}
	parts, err := gather(tables)
	if err != nil {
		return nil, err
	}
	whole := parts[0].Manifest
	i := slices.IndexFunc(formats, func(f table.Reader) bool { return f.Name() == whole.Format })
	if i < 0 {
		return nil, fmt.Errorf("%w: tables of the format %s cannot be merged", cas.ErrInvalidRequest, whole.Format)
	}
	format := formats[i]
	plan, err := whole.Form.PlanRun(whole.Parameters, whole.Keep, format)
	if err != nil {
		return nil, err
	}
	joined := make([]table.Part, len(parts))
	for i, p := range parts {
		joined[i] = p.table(format)
	}
	return table.Join(ctx, joined, table.Options{Path: output, Format: format, Plan: plan, Parameters: whole.Parameters, About: about(parts)})
}

// Tables returns the files that are tables: a pattern such as attributes.*.csv or attributes.*.json also matches lists of failures,
// descriptions and manifests.
func Tables(files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(path string) bool {
		return slices.ContainsFunc([]string{".errors.csv", ".meta.json", ".shard.json", ".journal"}, func(ending string) bool { return strings.HasSuffix(path, ending) })
	})
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func (p part) table(format table.Reader) table.Part {
	return table.Part{
		Name: p.path, Summary: p.Summary,
		Failures: func() (io.ReadCloser, error) { return os.Open(table.ErrorsPath(p.path)) },
		Rows: func() iter.Seq2[*table.Row, error] {
			return func(yield func(*table.Row, error) bool) {
				file, err := os.Open(p.path)
				if err != nil {
					yield(nil, err)
					return
				}
				defer file.Close()
				info, err := file.Stat()
				if err != nil {
					yield(nil, err)
					return
				}
				format.ReadRows(file, info.Size(), p.Summary.Columns)(yield)
			}
		},
	}
}

// about joins what the shards say about their run. Each may have used a service of its own.
func about(parts []part) table.About {
	first := parts[0]
	a := table.About{Input: first.Input, InputSHA256: first.InputSHA256, InputCRS: first.InputCRS}
	var urls, versions, tunings, clients []string
	for _, p := range parts {
		urls, versions = distinct(urls, p.ServiceURL), distinct(versions, p.ServiceVersion)
		tunings, clients = distinct(tunings, p.ServiceTuning), distinct(clients, p.Client)
		a.Sessions = append(a.Sessions, p.Sessions...)
		for _, d := range p.Catalog {
			if !slices.ContainsFunc(a.Datasets, func(known cas.Dataset) bool { return known.ID == d.ID }) {
				a.Datasets = append(a.Datasets, d)
			}
		}
	}
	slices.SortStableFunc(a.Sessions, func(x, y journal.Session) int { return x.First.Compare(y.First) })
	if len(urls) == 1 {
		a.ServiceURL = urls[0]
	}
	a.ServiceVersion, a.ServiceTuning, a.Client = strings.Join(versions, ", "), strings.Join(tunings, " | "), strings.Join(clients, ", ")
	return a
}

func distinct(texts []string, text string) []string {
	if text == "" || slices.Contains(texts, text) {
		return texts
	}
	return append(texts, text)
}
