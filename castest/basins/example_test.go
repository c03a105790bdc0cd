package basins_test

import (
	"fmt"

	"github.com/community-attribute-service/cas-go/castest/basins"
)

func ExampleTruths() {
	first := basins.Truths()[0]
	fmt.Println(first.ID, first.Pixels, "pixels, mean elevation", first.Mean, "m")
	// Output: 0840101 2382 pixels, mean elevation 511.23173803526447 m
}
