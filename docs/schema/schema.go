// Package schema has the JSON Schemas of what the command cas writes for programs: the description beside a table, and what doctor,
// validate and journal print with --json. `cas schema NAME` prints them.
//
// They are of draft 2020-12. A member that a schema does not name may be added by a later version; one that it requires stays.
package schema

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.schema.json
var files embed.FS

const ending = ".schema.json"

// Names are the schemas that there are, sorted: doctor, journal, meta, validate.
func Names() []string {
	found, err := fs.Glob(files, "*"+ending)
	if err != nil {
		panic(err) // the pattern is constant
	}
	for i, name := range found {
		found[i] = strings.TrimSuffix(name, ending)
	}
	return found
}

// Text is a schema's JSON; ok is false where there is none of that name.
func Text(name string) (text []byte, ok bool) {
	text, err := files.ReadFile(name + ending)
	return text, err == nil
}
