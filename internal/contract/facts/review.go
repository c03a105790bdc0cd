package facts

import (
	"fmt"
	"slices"
	"strings"
)

// Compare lists what only one of two sets of facts holds, sorted by fact: "+ fact" for the first, "- fact" for the second.
// Of a schema, a response or a header that only one of them has, the name alone is listed.
func Compare(ours, theirs []string) []string {
	lines := append(onlyIn("+ ", ours, theirs), onlyIn("- ", theirs, ours)...)
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[2:]+a[:1], b[2:]+b[:1]) })
	return lines
}

func onlyIn(sign string, facts, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, fact := range others {
		known[fact] = true
	}
	var lines []string
	for _, fact := range facts {
		owner := component(fact)
		if !known[fact] && (owner == "" || owner == fact || known[owner]) {
			lines = append(lines, sign+fact)
		}
	}
	return lines
}

// component is the fact that names the component which a fact is about ("schema Dataset" of "schema Dataset.crs type string"), or "".
func component(fact string) string {
	for _, kind := range []string{"schema ", "response ", "header "} {
		if rest, ok := strings.CutPrefix(fact, kind); ok {
			if end := strings.IndexAny(rest, " .[{"); end >= 0 {
				rest = rest[:end]
			}
			return kind + rest
		}
	}
	return ""
}

// Review is a list of lines that people have looked at, each with the reason why it is as it should be.
type Review map[string]string

// ParseReview reads a review: a heading `## reason`, then the lines that it is the reason of, then the next heading.
// Blank lines, and lines that start with a single #, are left out. A line without a reason, or listed twice, is an error.
func ParseReview(text string) (Review, error) {
	review, reason := Review{}, ""
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		heading, isHeading := strings.CutPrefix(line, "## ")
		switch {
		case isHeading:
			reason = heading
		case line == "" || strings.HasPrefix(line, "# "):
		case reason == "":
			return nil, fmt.Errorf("line %d: %q has no reason: put a heading `## reason` above it", number, line)
		case review[line] != "":
			return nil, fmt.Errorf("line %d: %q is listed twice", number, line)
		default:
			review[line] = reason
		}
	}
	return review, nil
}

// Check sorts out what the review does not list, and what it lists but is not there any more.
func (r Review) Check(lines []string) (unlisted, vanished []string) {
	there := make(map[string]bool, len(lines))
	for _, line := range lines {
		there[line] = true
		if r[line] == "" {
			unlisted = append(unlisted, line)
		}
	}
	for line := range r {
		if !there[line] {
			vanished = append(vanished, line)
		}
	}
	slices.Sort(vanished)
	return unlisted, vanished
}
