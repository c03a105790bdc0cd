package contract

import (
	_ "embed"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/internal/contract/facts"
)

// reviewedDifferences lists every difference between api/openapi.yaml and the document of service 0.4.0, with its reason.
//
//go:embed testdata/reviewed-differences.txt
var reviewedDifferences string

// Drift compares api/openapi.yaml with the document that a service gives at /openapi.json. It returns the differences that nobody
// has reviewed yet, and those that are listed as reviewed but are there no longer; both are empty for service 0.4.0. In a line,
// "+" marks what only api/openapi.yaml says, "-" what only the service says.
func Drift(serviceDocument []byte) (unlisted, vanished []string, err error) {
	review, err := facts.ParseReview(reviewedDifferences)
	if err != nil {
		return nil, nil, err
	}
	ours, err := facts.Flatten(api.Document)
	if err != nil {
		return nil, nil, err
	}
	theirs, err := facts.Flatten(serviceDocument)
	if err != nil {
		return nil, nil, err
	}
	unlisted, vanished = review.Check(facts.Compare(ours, theirs))
	return unlisted, vanished, nil
}
