package snapshot

import (
	"cmp"
	"strings"
)

// compare orders ids by their parts and, within a part, runs of digits by their number: the order does not depend on the service's,
// and keeps the depths of a soil property in sequence.
func compare(a, b string) int {
	slugA, nameA, _ := strings.Cut(a, ":")
	slugB, nameB, _ := strings.Cut(b, ":")
	return cmp.Or(strings.Compare(slugA, slugB), natural(nameA, nameB), strings.Compare(a, b))
}

func natural(a, b string) int {
	for a != "" && b != "" {
		runA, runB := digits(a), digits(b)
		if runA == 0 || runB == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		numberA, numberB := strings.TrimLeft(a[:runA], "0"), strings.TrimLeft(b[:runB], "0")
		if order := cmp.Or(cmp.Compare(len(numberA), len(numberB)), strings.Compare(numberA, numberB)); order != 0 {
			return order
		}
		a, b = a[runA:], b[runB:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is how many decimal digits text begins with.
func digits(text string) int {
	return len(text) - len(strings.TrimLeft(text, "0123456789"))
}
