package wire_test

import (
	"encoding/json"
	"fmt"

	"github.com/community-attribute-service/cas-go/wire"
)

// A value is a number, a class distribution or null, and says which.
func ExampleValue() {
	for _, text := range []string{`1076.0`, `{"steep":0.25,"flat":0.75}`, `null`} {
		var v wire.Value
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			fmt.Println(err)
			return
		}
		if f, ok := v.Float64(); ok {
			fmt.Println("number", f)
		} else if shares, ok := v.Distribution(); ok {
			fmt.Println("distribution", shares["flat"], v)
		} else {
			fmt.Println("null", v.IsNull())
		}
	}
	// Output:
	// number 1076
	// distribution 0.75 {"flat":0.75,"steep":0.25}
	// null true
}

func ExampleNumberValue() {
	fmt.Println(wire.NumberValue(388))
	// Output: 388
}

func ExampleDistributionValue() {
	fmt.Println(wire.DistributionValue(map[string]float64{"1": 0.5, "0": 0.5}))
	// Output: {"0":0.5,"1":0.5}
}

// A timestamp keeps the text that was sent; one without a zone is taken as UTC.
func ExampleTimestamp() {
	for _, text := range []string{`"2020-01-02T03:04:05"`, `"2020-01-02T03:04:05.120000+05:30"`} {
		var t wire.Timestamp
		if err := json.Unmarshal([]byte(text), &t); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(t, t.HasZone(), t.Time().UTC())
	}
	// Output:
	// 2020-01-02T03:04:05 false 2020-01-02 03:04:05 +0000 UTC
	// 2020-01-02T03:04:05.120000+05:30 true 2020-01-01 21:34:05.12 +0000 UTC
}

func ExampleRange_Contains() {
	elevation := wire.Range{-500, 9000}
	fmt.Println(elevation.Contains(1076), elevation.Contains(9.9e9))
	// Output: true false
}
