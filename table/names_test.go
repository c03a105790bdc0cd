package table

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
)

func TestColumnName(t *testing.T) {
	for id, want := range map[string]string{
		"isric_soilgrids:clay_0-5cm": "isric_soilgrids_clay_0_5cm",
		"copernicus_dem:elevation":   "copernicus_dem_elevation",
		"modis_lc:land_cover":        "modis_lc_land_cover",
		"a:: b":                      "a_b",
		"_a_":                        "a",
		"a__b":                       "a__b",
		"a_-_b":                      "a___b",
		"forêt":                      "for_t",
		"-1":                         "1",
		"水":                          "",
		"":                           "",
		"a\xff\xfeb":                 "a_b",
	} {
		assert.Equal(t, want, ColumnName(id), id)
	}
}

// pythonName is sanitize_column of the Python project, written as there.
func pythonName(id string) string {
	return strings.Trim(regexp.MustCompile(`[^0-9A-Za-z_]+`).ReplaceAllString(id, "_"), "_")
}

func FuzzColumnName(f *testing.F) {
	for _, id := range []string{"isric_soilgrids:clay_0-5cm", "forêt", "-9999", "_", "a\x00b"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		name := ColumnName(id)
		require.Equal(t, pythonName(id), name)
		require.Equal(t, name, ColumnName(name))
	})
}

// TestClassNames: what classes differ by is in their names, whatever other classes there are.
func TestClassNames(t *testing.T) {
	for class, want := range map[string]string{
		"6": "6", "-6": "minus_6", "−6": "minus_6", "+6": "plus_6", "-6.5": "minus_6p5", "6.5": "6p5", ".5": "0p5", "-.5": "minus_0p5",
		"<5": "lt_5", ">5": "gt_5", "≤ 5": "le_5", "≥5": "ge_5", "5%": "5_percent", "0-5 cm": "0_5_cm", "0--5": "0_minus_5", "-6 to -2": "minus_6_to_minus_2",
		"evergreen-needleleaf": "evergreen_needleleaf", "Croplands/Natural vegetation": "Croplands_Natural_vegetation", "tree cover": "tree_cover",
		"forêt, dense": "for_t_dense", "水": "u6C34", "": "class", "-": "u2D", "no. 5": "no_5", "1e-07": "1e_07", "a_b": "a_b",
		"- 6": "minus_6", "–6": "minus_6", "－6": "minus_6", "0–5": "0_5", "1e+07": "1e_plus_07", "B+": "B_plus", "B-": "B_minus", "10+": "10_plus", "B": "B", " ": "u20",
	} {
		assert.Equal(t, want, ClassName(class), class)
	}
}

func TestClassColumns(t *testing.T) {
	const a, b = "p:a", "p:a_b"
	path, s := write(t, CSV{}, []string{a, b}, nil,
		answered("1",
			classes(a, map[string]float64{"1": 0.5, "-1": 0.25, "1_2": 0.125, "units": 0.0625, "é": 0.03125, "水": 0.015625}),
			classes(b, map[string]float64{"2": 1})),
		answered("2",
			classes(a, map[string]float64{"b 2": 1}),
			classes(b, nil)))
	head, rows := records(t, path)
	assert.Equal(t, []string{
		"id",
		"p_a_minus_1", "p_a_1", "p_a_1_2", "p_a_b_2_2", "p_a_units_2", "p_a_uE9", "p_a_u6C34", "p_a_units", "p_a_quality", "p_a_coverage_fraction",
		"p_a_b_2", "p_a_b_units", "p_a_b_quality", "p_a_b_coverage_fraction",
	}, head, "classes as text in order; what they are called depends on what is taken")
	assert.Equal(t, map[string]string{
		"id": "1", "p_a_1": "0.5", "p_a_minus_1": "0.25", "p_a_1_2": "0.125", "p_a_units_2": "0.0625", "p_a_uE9": "0.03125", "p_a_u6C34": "0.015625", "p_a_b_2_2": "",
		"p_a_units": "class", "p_a_quality": "good", "p_a_coverage_fraction": "1",
		"p_a_b_2": "1", "p_a_b_units": "class", "p_a_b_quality": "good", "p_a_b_coverage_fraction": "1",
	}, rows[0])
	assert.Equal(t, "1", rows[1]["p_a_b_2_2"])
	assert.Empty(t, rows[1]["p_a_1"], "a class that the feature does not have")
	assert.Equal(t, []string{
		`class "b 2" of p:a stands in column p_a_b_2_2, because class "2" of p:a_b stands in p_a_b_2`,
		`class "units" of p:a stands in column p_a_units_2, because the units of p:a stands in p_a_units`,
	}, s.Notes)
}

// TestNoTwoColumnsShareAName tries to make classes collide.
func TestNoTwoColumnsShareAName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const alphabet = "a_-1é"
		datasets := rapid.SliceOfNDistinct(rapid.StringOfN(rapid.SampledFrom([]rune("ab_:")), 1, 4, -1), 1, 3, ColumnName).Draw(t, "datasets")
		plan, err := PlanColumns(datasets, "", nil, nil)
		if err != nil {
			return
		}
		found := plan.nothingFound()
		shapes := found.shapes
		for d := range shapes {
			shapes[d].distributions = true
			shapes[d].classes = map[string]struct{}{}
			for _, class := range rapid.SliceOf(rapid.StringOfN(rapid.SampledFrom([]rune(alphabet)), 0, 3, -1)).Draw(t, "classes") {
				shapes[d].classes[class] = struct{}{}
			}
		}
		l := plan.layOut(found)
		names := []string{}
		for _, c := range l.columns {
			names = append(names, c.Name)
		}
		for d, at := range l.places {
			require.Len(t, at.classes, len(shapes[d].classes))
			for class, i := range at.classes {
				require.Equal(t, class, l.columns[i].Class)
			}
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(names)))
		require.Len(t, distinct, len(names), fmt.Sprint(names))
		require.Equal(t, l.columns, plan.layOut(found).columns, "the same every time")
	})
}

func TestBareColumn(t *testing.T) {
	const id = "p:a"
	share, null := classes(id, map[string]float64{"0": 1}), result(id, cas.Value{})
	for _, c := range []struct {
		name     string
		outcomes []bulk.Outcome
		want     []string
	}{
		{"numbers", []bulk.Outcome{answered("1", number(id, 1))}, []string{"p_a"}},
		{"distributions", []bulk.Outcome{answered("1", share)}, []string{"p_a_0"}},
		{"distributions and null", []bulk.Outcome{answered("1", share), answered("2", null)}, []string{"p_a_0"}},
		{"both", []bulk.Outcome{answered("1", share), answered("2", number(id, 0))}, []string{"p_a", "p_a_0"}},
		{"null", []bulk.Outcome{answered("1", null)}, []string{"p_a"}},
		{"failures", []bulk.Outcome{failed("1", "no")}, []string{"p_a"}},
		{"no features", nil, []string{"p_a"}},
	} {
		path, _ := write(t, CSV{}, []string{id}, nil, c.outcomes...)
		head, _ := records(t, path)
		assert.Equal(t, c.want, head[1:len(head)-3], c.name)
	}
}
