package table

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// namer is a format that adds a geometry and does not like dots.
type namer struct{ CSV }

func (namer) OwnColumns() []string                  { return []string{"geometry"} }
func (namer) PropertyColumn(property string) string { return strings.ReplaceAll(property, ".", "-") }

func TestPlanRefusesCollisions(t *testing.T) {
	for _, c := range []struct {
		datasets []string
		id       string
		keep     []string
		format   Format
		want     string
	}{
		{
			[]string{"a:b", "a_b"},
			"", nil, nil,
			`column "a_b" would hold both the value of a:b and the value of a_b; ask for them in two runs`,
		},
		{
			[]string{"a:b_units", "a:b"},
			"", nil, nil,
			`column "a_b_units" would hold both the value of a:b_units and the units of a:b; ask for them in two runs`,
		},
		{
			[]string{"a:b", "a:b"},
			"", nil, nil,
			`column "a_b" would hold both a:b and a:b; ask for each dataset once`,
		},
		{
			[]string{"HYBAS:ID"},
			"HYBAS_ID", nil, nil,
			`column "HYBAS_ID" would hold both the id and the value of HYBAS:ID; rename the property in the input, or do not keep it`,
		},
		{
			[]string{"a:b"},
			"",
			[]string{"id"},
			nil,
			`column "id" would hold both the id and the property "id"; rename the property in the input, or do not keep it`,
		},
		{
			[]string{"a:b"},
			"NAME",
			[]string{"NAME"},
			nil,
			`column "NAME" would hold both the id and the property "NAME"; rename the property in the input, or do not keep it`,
		},
		{
			[]string{"a:b"},
			"",
			[]string{"x", "x"},
			nil,
			`column "x" would hold both the property "x" and the property "x"; rename the property in the input, or do not keep it`,
		},
		{
			[]string{"a:b"},
			"",
			[]string{"a_b_quality"},
			nil,
			`column "a_b_quality" would hold both the property "a_b_quality" and the quality of a:b; rename the property in the input, or do not keep it`,
		},
		{
			[]string{"a:b"},
			"",
			[]string{"geometry"},
			namer{},
			`column "geometry" would hold both the geometry and the property "geometry"; rename the property in the input, or do not keep it`,
		},
		{
			[]string{"a:b"},
			"",
			[]string{"a.b", "a-b"},
			namer{},
			`column "a-b" would hold both the property "a.b" and the property "a-b"; rename the property in the input, or do not keep it`,
		},
		{[]string{"a:b"}, "", []string{""}, nil, `the property "" gives no column name; give a property with a name`},
		{[]string{":"}, "", nil, nil, `the dataset id ":" gives no column name; it has no letter or digit: ids look like provider:dataset`},
	} {
		_, err := PlanColumns(c.datasets, c.id, c.keep, c.format)
		require.EqualError(t, err, c.want)
		var collision *ColumnError
		require.ErrorAs(t, err, &collision)
		assert.ErrorIs(t, err, cas.ErrInvalidRequest)
	}
	_, err := PlanColumns(nil, "", nil, nil)
	assert.ErrorIs(t, err, cas.ErrInvalidRequest)
	_, err = PlanColumns([]string{"a:b", "a:c"}, "HYBAS_ID", []string{"id", "NAME"}, namer{})
	assert.NoError(t, err)
}

func TestEveryCollisionIsNamed(t *testing.T) {
	_, err := PlanColumns([]string{"a:b", "a_b"}, "", []string{"id"}, nil)
	assert.ErrorContains(t, err, `"id"`)
	assert.ErrorContains(t, err, `"a_b"`)
}
