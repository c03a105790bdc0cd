package table

import (
	"iter"

	"github.com/community-attribute-service/cas-go/bulk"
)

// A Source gives the outcomes of a run in input order, from the first one each time it is called, and the same ones
// each time. An error ends the sequence. What is yielded is not kept.
type Source func() iter.Seq2[bulk.Outcome, error]
