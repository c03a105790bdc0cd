package table

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCellValue(t *testing.T) {
	text := func(s string) Cell { return Cell{Kind: TextCell, Text: s} }
	property := func(s string) Cell { return Cell{Kind: JSONCell, JSON: json.RawMessage(s)} }
	number := Cell{Kind: NumberCell, Number: 2.5}
	for _, c := range []struct {
		cell Cell
		as   Type
		want any
	}{
		{Cell{}, TypeInt64, nil},
		{property("9007199254740993"), TypeInt64, int64(9007199254740993)},
		{property("1e3"), TypeDouble, 1000.},
		{number, TypeDouble, 2.5},
		{property("true"), TypeBoolean, true},
		{number, TypeUnknown, 2.5},
		{property(`"a \u00e9"`), TypeText, "a é"},
		{text("7"), TypeInt64, int64(7)},
		{text("7"), TypeText, "7"},
	} {
		value, err := c.cell.Value(c.as)
		require.NoError(t, err)
		assert.Equal(t, c.want, value)
	}
	for as, cell := range map[Type]Cell{TypeInt64: number, TypeDouble: text("x"), TypeBoolean: property("2")} {
		_, err := cell.Value(as)
		assert.Error(t, err, as)
	}
}
