package catalog

import (
	_ "embed"
	"sync"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog/internal/snapshot"
)

//go:embed snapshot.json
var text []byte

type index struct {
	providers []cas.ProviderSummary
	datasets  []cas.Dataset
	byID      map[string]int // position in datasets
}

// The index, and what makes it. Not sync.OnceValue: as a variable with an initial value it would be linked, with the text, into
// programs that use nothing but constants.
var (
	decoded index
	once    sync.Once
)

// metadata gives the snapshot, decoded at the first call. It is shared and must not be changed.
func metadata() *index {
	once.Do(func() {
		s, err := snapshot.Parse(text)
		if err != nil { // it is embedded, and the tests read it
			panic(err)
		}
		decoded = index{providers: s.Providers, datasets: s.Datasets, byID: make(map[string]int, len(s.Datasets))}
		for i, d := range s.Datasets {
			decoded.byID[d.ID] = i
		}
	})
	return &decoded
}
