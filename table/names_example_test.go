package table_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/community-attribute-service/cas-go/table"
)

func ExampleColumnName() {
	fmt.Println(table.ColumnName("isric_soilgrids:clay_0-5cm"))
	// Output: isric_soilgrids_clay_0_5cm
}

func ExampleMetaPath() {
	fmt.Println(table.MetaPath("out/attributes.parquet"), table.ErrorsPath("out/attributes.parquet"))
	// Output: out/attributes.meta.json out/attributes.errors.csv
}

// Two columns with the same name are an error before the first request.
func ExamplePlanColumns() {
	_, err := table.PlanColumns([]string{"copernicus_dem:elevation"}, "id", []string{"copernicus_dem_elevation"}, table.CSV{})
	var collision *table.ColumnError
	fmt.Println(errors.As(err, &collision), collision.Column)
	// Output: true copernicus_dem_elevation
}

func ExampleCell_PlainText() {
	for _, property := range []string{`"Clear Fork"`, `7120034520`} {
		cell := table.Cell{Kind: table.JSONCell, JSON: json.RawMessage(property)}
		fmt.Println(cell.PlainText())
	}
	// Output:
	// Clear Fork
	// 7120034520
}
