package mcpserver

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/docs"
)

// URIs of the resources.
const (
	catalogURI  = "cas://catalog"
	providerURI = "cas://catalog/{provider}"
	guideURI    = "cas://guide"
	goGuideURI  = "cas://guide/go"
)

func (s *Server) addResources() {
	s.mcp.AddResource(&mcp.Resource{
		URI: catalogURI, Name: "catalog", Title: "Catalog of datasets", MIMEType: "text/csv",
		Description: "A line for each dataset: id, name, units, resolution in metres, kind of time axis, licence. From the " + offlineCatalog() + ".",
	}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return resource(catalogURI, "text/csv", catalogCSV()), nil
	})
	s.mcp.AddResourceTemplate(&mcp.ResourceTemplate{
		URITemplate: providerURI, Name: "provider", Title: "Datasets of a provider", MIMEType: "application/json",
		Description: "All that the catalog says about the datasets of one provider, by its slug.",
	}, provider)
	s.addGuide(guideURI, "guide", "Guide for the command", "How to use the command cas, and what its tables mean.", docs.GuideCommand)
	s.addGuide(goGuideURI, "guide-go", "Guide for Go", "How to use the Go packages.", docs.GuideGo)
}

func (s *Server) addGuide(uri, name, title, description, text string) {
	s.mcp.AddResource(&mcp.Resource{URI: uri, Name: name, Title: title, MIMEType: "text/markdown", Description: description},
		func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
			return resource(uri, "text/markdown", text), nil
		})
}

func resource(uri, kind, text string) *mcp.ReadResourceResult {
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: uri, MIMEType: kind, Text: text}}}
}

func catalogCSV() string {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{"id", "name", "units", "resolution_m", "temporal_type", "licence"}}
	for _, d := range catalog.Datasets() {
		units := make([]string, len(d.Variables))
		for i, v := range d.Variables {
			units[i] = v.Units
		}
		resolution := ""
		if m := finite(float64(d.ResolutionM)); m != nil {
			resolution = strconv.FormatFloat(*m, 'g', -1, 64)
		}
		rows = append(rows, []string{d.ID, d.Name, strings.Join(units, " "), resolution, string(d.Temporal.TemporalType), d.License})
	}
	_ = w.WriteAll(rows) // into memory
	return out.String()
}

func provider(_ context.Context, request *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	uri := request.Params.URI
	slug := strings.TrimPrefix(uri, catalogURI+"/")
	var all []cas.Dataset
	for _, d := range catalog.Datasets() {
		if d.Provider == slug {
			all = append(all, d)
		}
	}
	if len(all) == 0 {
		return nil, mcp.ResourceNotFoundError(uri)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	return resource(uri, "application/json", string(text)), nil
}
