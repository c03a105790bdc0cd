package basins_test

import (
	"encoding/json"
	"fmt"
	"log"

	"github.com/community-attribute-service/cas-go/castest/basins"
)

func ExampleGeoJSON() {
	var collection struct {
		Features []struct {
			Properties struct {
				ID string `json:"HYBAS_ID"`
			}
		}
	}
	if err := json.Unmarshal(basins.GeoJSON(), &collection); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(collection.Features), "basins, the first is", collection.Features[0].Properties.ID)
	// Output: 53 basins, the first is 0840101
}
