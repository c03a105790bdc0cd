package tabulate_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/community-attribute-service/cas-go/tabulate"
)

func TestIDFieldsComeTheLikeliestFirst(t *testing.T) {
	field := func(name, sample string, different int, can bool) tabulate.ContentField {
		return tabulate.ContentField{Name: name, Sample: json.RawMessage(sample), Different: different, CanBeID: can}
	}
	c := tabulate.Contents{Features: 200_000, Fields: []tabulate.ContentField{
		field("area", "15.46", 200_000, true), field("order", "5", 7, false), field("half", `"a"`, 100_000, true),
		field("flow", "1e-3", 100_000, true), field("code", `"1.5e"`, 200_000, true), field("number", "17", 200_000, true),
	}}
	var names []string
	for _, f := range c.IDFields() {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"code", "number", "area", "half", "flow"}, names)
	assert.Equal(t, "area", c.Fields[0].Name, "the fields of the contents stay as they are")
	assert.Empty(t, (&tabulate.Contents{}).IDFields())
}
