package wire_test

import (
	"fmt"
	"math"
	"time"

	"github.com/community-attribute-service/cas-go/wire"
)

func ExampleAppendFloat() {
	fmt.Printf("%s %s\n", wire.AppendFloat(nil, 0.1), wire.AppendFloat(nil, math.NaN()))
	// Output: 0.1 null
}

func ExampleParseFloat() {
	f, err := wire.ParseFloat([]byte("1.152921504606847e+18"))
	fmt.Println(f, err)
	_, err = wire.ParseFloat([]byte("1e999"))
	fmt.Println(err != nil)
	// Output:
	// 1.152921504606847e+18 <nil>
	// true
}

func ExampleParseTime() {
	instant, zone, err := wire.ParseTime("2020-01-02T03:04:05")
	fmt.Println(instant, zone, err)
	// Output: 2020-01-02 03:04:05 +0000 UTC false <nil>
}

func ExampleNewTimestamp() {
	fmt.Println(wire.NewTimestamp(time.Date(2020, time.January, 2, 3, 4, 5, 0, time.UTC)))
	// Output: 2020-01-02T03:04:05Z
}

func ExampleParseTimestamp() {
	t, err := wire.ParseTimestamp("2020-01-02T03:04:05.120000+05:30")
	fmt.Println(t, t.HasZone(), t.Time().UTC(), err)
	_, err = wire.ParseTimestamp("2020")
	fmt.Println(err != nil)
	// Output:
	// 2020-01-02T03:04:05.120000+05:30 true 2020-01-01 21:34:05.12 +0000 UTC <nil>
	// true
}

func ExampleClassesValue() {
	v, err := wire.ClassesValue([]wire.Class{{Name: "5", Fraction: 0.25}, {Name: "4", Fraction: 0.75}})
	fmt.Println(v, err)
	// Output: {"4":0.75,"5":0.25} <nil>
}
