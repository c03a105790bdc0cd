package local

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tuningModule is the Python module that makes the service fast, and says how. Operators of deployed services use the same file:
// see deploy/README.md.
//
//go:embed cas_go_tuned.py
var tuningModule string

// Tuning is what Start changed in the running service to make it fast. The installed package and the answers stay the same. The changes
// are in cas_go_tuned.py, in the source of this package.
type Tuning struct {
	// Applied names the changes that were made; none if Config.AsShipped.
	Applied []string `json:"applied"`
	// LeftOut has the changes that were not made, with the reason: usually that the installed version differs from the tested ones in
	// the code that the change would replace.
	LeftOut map[string]string `json:"left_out,omitempty"`
}

// String returns one line for people: what is tuned, what is as shipped, and why.
func (t Tuning) String() string {
	if len(t.Applied) == 0 && len(t.LeftOut) == 0 {
		return "as shipped"
	}
	var parts []string
	if len(t.Applied) > 0 {
		parts = append(parts, "tuned: "+strings.Join(t.Applied, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(t.LeftOut)) {
		parts = append(parts, fmt.Sprintf("%s as shipped: %s", name, t.LeftOut[name]))
	}
	return strings.Join(parts, "; ")
}

// TuningModule returns the source of the Python module that tunes the service. For a service that [Start] does not start, save it as
// cas_go_tuned.py and run `uvicorn cas_go_tuned:create_app --factory`.
func TuningModule() string { return tuningModule }
