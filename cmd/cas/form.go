package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/geopackage"
	"github.com/community-attribute-service/cas-go/table/netcdf"
	"github.com/community-attribute-service/cas-go/table/parquet"
)

// forming has the flags for the columns and rows of a table.
type forming struct {
	preset, columns, sort string
	idName, idPrefix      string
	zeroClasses           bool
	long, wide            bool

	form table.Form // of the flags, set by check
}

// The values of --columns and --sort.
var (
	columnChoices = []string{"full", "values"}
	sortChoices   = []string{"input", "id"}
)

func (x *forming) flags(f *pflag.FlagSet) {
	f.StringVar(&x.preset, "preset", "", "columns and rows as a model reads them: "+strings.Join(table.Presets(), ", "))
	f.StringVar(&x.columns, "columns", "", "full, or values for only the id and the numbers; units and the rest are in STEM.meta.json (default full)")
	f.StringVar(&x.idName, "id-name", "", "name of the first column (default: that of --id-field, else id)")
	f.StringVar(&x.idPrefix, "id-prefix", "", "text to put before every id, with _ between")
	f.StringVar(&x.sort, "sort", "", "order of the rows: input, or id, compared as text (default input)")
	f.BoolVar(&x.zeroClasses, "zero-classes", false, "write 0, not an empty cell, for a class that only other features have")
	f.BoolVar(&x.long, "long", false, "a row for each feature, dataset and class instead of columns")
	f.BoolVar(&x.wide, "wide", false, "with periods: a column for each period instead of a row")
}

// check combines the flags, of which one overrides the preset, and refuses forms that an output cannot have.
func (x *forming) check(outputs []string) (err error) {
	err = cmp.Or(choose("--preset", x.preset, table.Presets()), choose("--columns", x.columns, columnChoices), choose("--sort", x.sort, sortChoices))
	if err != nil {
		return err
	}
	form := &x.form
	if x.preset != "" {
		if *form, err = table.Preset(x.preset); err != nil {
			return err
		}
	}
	if x.columns != "" {
		form.Values = x.columns == "values"
	}
	if x.sort != "" {
		form.SortByID = x.sort == "id"
	}
	form.IDName = cmp.Or(x.idName, form.IDName)
	form.IDPrefix, form.ZeroClasses, form.Long, form.Wide = x.idPrefix, x.zeroClasses, x.long, x.wide
	switch {
	case x.preset == "caravan" && (x.idPrefix == "" || strings.Contains(strings.TrimSuffix(x.idPrefix, "_"), "_")):
		return usage("--preset caravan needs --id-prefix NAME, the name of the dataset, without an underscore: its ids are NAME_id")
	case form.Long && form.Wide:
		return usage("--long and --wide: give one of them")
	case form.Long && (form.Values || form.ZeroClasses):
		return usage("--long has no columns for each dataset: it cannot go with --columns values, --zero-classes or a preset that uses them")
	case form.Long && slices.ContainsFunc(outputs, hasEnding(".nc")):
		return usage("--long: NetCDF has the dimension hru in place of rows; give another ending to -o")
	}
	return nil
}

// formatOf is the format for the ending of a table's name; nil if it is unknown.
func formatOf(path string, geo bool) table.Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".parquet":
		return parquet.Format{Geo: geo}
	case ".gpkg":
		return geopackage.Format{}
	case ".nc":
		return netcdf.Format{}
	default:
		return table.FormatOf(path)
	}
}

// endings are those that formatOf knows.
var endings = []string{".csv", ".ndjson", ".jsonl", ".json", ".parquet", ".nc", ".geojson", ".gpkg"}

func hasEnding(ending string) func(path string) bool {
	return func(path string) bool { return strings.EqualFold(filepath.Ext(path), ending) }
}

// unknownEnding is the error for an output whose ending is not known.
func unknownEnding(path string, known ...string) error {
	ending := filepath.Ext(path)
	return usage("-o %s: the ending is none of %s%s", path, strings.Join(known, ", "), didYouMean(ending, catalog.SuggestFrom(known, ending, 1)))
}

// readers are the formats that can be read back.
var readers = []table.Reader{
	table.CSV{}, table.NDJSON{}, table.JSON{}, table.GeoJSON{}, parquet.Format{}, parquet.Format{Geo: true}, geopackage.Format{}, netcdf.Format{},
}
