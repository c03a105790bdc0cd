package main

import (
	"bytes"
	"fmt"
	"strings"
)

// datasets is docs/datasets.md: the constants of package catalog.
func datasets(m *module) []byte {
	w := &writer{m: m, pkg: m.byName["catalog"]}
	w.printf("# Datasets and providers\n\n%s", generated)
	w.printf("The constants of package [catalog](reference.md#package-catalog), by provider: a mistyped id is answered with status 200 and no result, " +
		"a mistyped constant does not compile. Pixel sizes are in metres; licences are the service's words, not advice.\n\n")
	for _, group := range w.pkg.Consts {
		w.printf("## %s\n\n| Constant | Id | Meaning |\n|---|---|---|\n", strings.TrimSuffix(strings.TrimSpace(group.Doc), "."))
		for _, r := range w.rows(group) {
			meaning := strings.TrimSpace(strings.TrimPrefix(r.doc, r.name+" is "))
			w.printf("| `%s` | %s | %s |\n", r.name, code(strings.Trim(r.value, `"`)), w.cell(meaning))
		}
		fmt.Fprintln(w)
	}
	return append(bytes.TrimRight(w.Bytes(), "\n"), '\n')
}
