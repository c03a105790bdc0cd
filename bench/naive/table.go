package naive

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
)

// Table asks for the features of a GeoJSON file, a thousand at a time, and writes a row for each: id, and for every dataset value,
// units, quality and coverage. A distribution stands in its cell as JSON.
func (c *Client) Table(in, out string, ids []string) (results int, err error) {
	text, err := os.ReadFile(in)
	if err != nil {
		return 0, err
	}
	var collection struct {
		Features []struct {
			Properties struct{ ID int64 } `json:"properties"`
			Geometry   Geometry           `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(text, &collection); err != nil {
		return 0, err
	}
	file, err := os.Create(out)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	w := csv.NewWriter(file)
	head := []string{"ID"}
	for _, id := range ids {
		head = append(head, id, id+"_units", id+"_quality", id+"_coverage_fraction")
	}
	if err := w.Write(head); err != nil {
		return 0, err
	}
	for features := range slices.Chunk(collection.Features, 1000) {
		var geometries []Geometry
		for _, f := range features {
			geometries = append(geometries, f.Geometry)
		}
		batch, err := c.BatchExtract(geometries, ids)
		if err != nil {
			return results, err
		}
		for i, response := range batch.Responses {
			row := []string{strconv.FormatInt(features[i].Properties.ID, 10)}
			for _, r := range response.Results {
				value := ""
				if r.Value != nil {
					value = string(r.Value.union)
				}
				row = append(row, value, r.Units, r.Quality, fmt.Sprint(r.CoverageFraction))
			}
			results += len(response.Results)
			if err := w.Write(row); err != nil {
				return results, err
			}
		}
	}
	w.Flush()
	return results, w.Error()
}
