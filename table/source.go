package table

import (
	"iter"

	"github.com/community-attribute-service/cas-go/bulk"
)

// A Source returns the outcomes of a run in input order. Each call begins with the first outcome and yields the same ones. An error
// ends the sequence. What is yielded is not kept.
type Source func() iter.Seq2[bulk.Outcome, error]
