package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// schemas are those that reflection does not find.
var schemas = map[reflect.Type]*jsonschema.Schema{
	reflect.TypeFor[object](): {Type: "object"},
	reflect.TypeFor[value](): {Types: []string{"number", "object", "null"}, Description: "a number; the shares of classes, 0 to 1, for a categorical dataset; " +
		"null where there is no data"},
	reflect.TypeFor[json.RawMessage](): {},
}

// value is a [cas.Value] with a schema.
type value struct{ cas.Value }

type searchInput struct {
	Words         string    `json:"words,omitempty" jsonschema:"words that must all be in the id, name, description or variables; the beginning of a word is enough"`
	Provider      string    `json:"provider,omitempty" jsonschema:"slug of a provider"`
	Variable      string    `json:"variable,omitempty" jsonschema:"name of a variable"`
	TemporalType  string    `json:"temporal_type,omitempty" jsonschema:"static, annual, monthly, daily, hourly or climatology"`
	MinResolution *float64  `json:"min_resolution_m,omitempty" jsonschema:"smallest pixel size in metres"`
	MaxResolution *float64  `json:"max_resolution_m,omitempty" jsonschema:"largest pixel size in metres"`
	BBox          []float64 `json:"bbox,omitempty" jsonschema:"box to touch, in degrees: west, south, east, north"`
	Licence       string    `json:"licence,omitempty" jsonschema:"what the licence must contain, such as CC-BY-4.0"`
	Limit         int       `json:"limit,omitempty" jsonschema:"most datasets to list, 1 to 50; 10 if left out"`
}

type found struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Units       []string `json:"units" jsonschema:"of its variables"`
	ResolutionM *float64 `json:"resolution_m" jsonschema:"pixel size in metres; null where unknown"`
	Temporal    string   `json:"temporal_type"`
	Licence     string   `json:"licence"`
}

type searchOutput struct {
	Found    int      `json:"found" jsonschema:"how many datasets fit"`
	Datasets []found  `json:"datasets" jsonschema:"the best of them first"`
	Similar  []string `json:"did_you_mean,omitempty" jsonschema:"ids like the words, where none fits"`
	Catalog  string   `json:"catalog" jsonschema:"of which service and when"`
}

type describeInput struct {
	Dataset string `json:"dataset" jsonschema:"id of the form provider:dataset"`
}

type variable struct {
	Name        string     `json:"name"`
	Units       string     `json:"units"`
	Description string     `json:"description"`
	ValidRange  *cas.Range `json:"valid_range" jsonschema:"least and greatest value; null where unknown"`
}

type described struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Description  string     `json:"description"`
	Provider     string     `json:"provider"`
	Variables    []variable `json:"variables"`
	ResolutionM  *float64   `json:"resolution_m" jsonschema:"pixel size in metres; null where unknown"`
	Extent       []float64  `json:"extent" jsonschema:"west, south, east, north in degrees"`
	TemporalType string     `json:"temporal_type"`
	Start        string     `json:"start,omitempty"`
	End          string     `json:"end,omitempty"`
	Licence      string     `json:"licence" jsonschema:"empty where the service states none"`
	Citation     string     `json:"citation" jsonschema:"empty where the service states none"`
	Source       string     `json:"source" jsonschema:"the catalog that says so"`
}

type citeInput struct {
	Datasets []string `json:"datasets" jsonschema:"1 to 10 ids of the form provider:dataset"`
}

type citation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Licence  string `json:"licence" jsonschema:"empty where the service states none"`
	Citation string `json:"citation" jsonschema:"empty where the service states none"`
}

type citeOutput struct {
	Citations []citation `json:"citations"`
	Missing   []missing  `json:"missing" jsonschema:"datasets that no catalog lists"`
}

func (s *Server) addDatasetTools() {
	addTool(s, &mcp.Tool{
		Name: "search_datasets", Title: "Search datasets",
		Description: "Search the catalog of datasets by words and filters, all of which must apply. It asks nobody: the catalog is a dated copy.",
	}, s.searchDatasets)
	addTool(s, &mcp.Tool{
		Name: "describe_dataset", Title: "Describe a dataset",
		Description: "Variables with units, resolution, extent, period, licence and citation of one dataset.",
	}, s.describeDataset)
	addTool(s, &mcp.Tool{
		Name: "cite", Title: "Cite datasets",
		Description: "Licence and citation of datasets, in the words of the service's catalog.",
	}, s.cite)
}

// offlineCatalog names the catalog that the program carries.
func offlineCatalog() string {
	date, version := catalog.Taken()
	return fmt.Sprintf("catalog of service %s, as of %s", version, date.Format(time.DateOnly))
}

func (s *Server) searchDatasets(_ context.Context, in searchInput) (searchOutput, error) {
	const usual = 10
	q := catalog.Query{
		Words: in.Words, Provider: in.Provider, Variable: in.Variable, TemporalType: cas.TemporalType(in.TemporalType),
		MinResolution: in.MinResolution, MaxResolution: in.MaxResolution, Licence: in.Licence,
	}
	out := searchOutput{Catalog: offlineCatalog(), Datasets: []found{}}
	switch len(in.BBox) {
	case 0:
	case 4:
		q.BBox = &cas.BoundingBox{MinLon: in.BBox[0], MinLat: in.BBox[1], MaxLon: in.BBox[2], MaxLat: in.BBox[3]}
	default:
		return out, fmt.Errorf("bbox: %d numbers; give west, south, east, north", len(in.BBox))
	}
	if in.Limit < 0 || in.Limit > mostFound {
		return out, fmt.Errorf("limit: %d; give 1 to %d", in.Limit, mostFound)
	}
	if in.Limit == 0 {
		in.Limit = usual
	}
	if len(in.Words) > mostText {
		return out, fmt.Errorf("words: %d bytes; give up to %d", len(in.Words), mostText)
	}
	fit := catalog.Search(q)
	out.Found = len(fit)
	for _, d := range fit[:min(len(fit), in.Limit)] {
		f := found{ID: d.ID, Name: d.Name, Units: []string{}, ResolutionM: finite(float64(d.ResolutionM)), Temporal: string(d.Temporal.TemporalType), Licence: d.License}
		for _, v := range d.Variables {
			if !slices.Contains(f.Units, v.Units) {
				f.Units = append(f.Units, v.Units)
			}
		}
		out.Datasets = append(out.Datasets, f)
	}
	switch {
	case len(fit) > 0:
	case in.Provider != "":
		out.Similar = catalog.SuggestProvider(in.Provider, 3)
	default:
		out.Similar = suggestions(in.Words)
	}
	return out, nil
}

func (s *Server) describeDataset(ctx context.Context, in describeInput) (described, error) {
	if err := checkDatasets([]string{in.Dataset}, 1); err != nil {
		return described{}, err
	}
	known, absent := s.find(ctx, []string{in.Dataset})
	if len(absent) > 0 {
		return described{}, fmt.Errorf("%s: %s%s", in.Dataset, absent[0].Reason, didYouMean(in.Dataset))
	}
	d := known[0]
	out := described{
		ID: d.ID, Name: d.Name, Description: d.Description, Provider: d.Provider, Variables: []variable{},
		ResolutionM: finite(float64(d.ResolutionM)), TemporalType: string(d.Temporal.TemporalType), Licence: d.License, Citation: d.Citation,
		Extent: []float64{d.BBox.MinLon, d.BBox.MinLat, d.BBox.MaxLon, d.BBox.MaxLat}, Source: d.source,
	}
	for _, v := range d.Variables {
		if len(out.Variables) == mostFields {
			break
		}
		out.Variables = append(out.Variables, variable{v.Name, v.Units, short(v.Description), v.ValidRange})
	}
	if t := d.Temporal.Start; t != nil {
		out.Start = t.String()
	}
	if t := d.Temporal.End; t != nil {
		out.End = t.String()
	}
	return out, nil
}

func (s *Server) cite(ctx context.Context, in citeInput) (citeOutput, error) {
	out := citeOutput{Citations: []citation{}, Missing: []missing{}}
	if err := checkDatasets(in.Datasets, mostDatasets); err != nil {
		return out, err
	}
	known, absent := s.find(ctx, in.Datasets)
	for _, d := range known {
		out.Citations = append(out.Citations, citation{d.ID, d.Name, d.License, d.Citation})
	}
	out.Missing = append(out.Missing, absent...)
	return out, nil
}

// listed is a dataset and the catalog that has it.
type listed struct {
	cas.Dataset
	source string
}

// find looks for datasets in the program's catalog, and asks the service for those that it does not have.
func (s *Server) find(ctx context.Context, ids []string) (known []listed, absent []missing) {
	for _, id := range ids {
		if d, ok := catalog.Lookup(id); ok {
			known = append(known, listed{d, offlineCatalog()})
			continue
		}
		datasets, problems := tabulate.Describe(ctx, s.config.Client, []string{id})
		for _, d := range datasets {
			known = append(known, listed{d, "the service's own catalog"})
		}
		for _, problem := range problems {
			absent = append(absent, missing{Dataset: id, Reason: short(problem.Error()), Similar: suggestions(id)})
		}
	}
	return known, absent
}

// finite is a number for JSON, which has no NaN.
func finite(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}
