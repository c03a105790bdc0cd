package snapshot

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Format writes the snapshot as JSON with one field of a provider or dataset per line, so that a line diff of two snapshots reads as
// a list of changes. The same catalog gives the same bytes.
func (s *Snapshot) Format() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  \"taken\": %s,\n  \"service_version\": %s,\n", line(s.Taken), line(s.ServiceVersion))
	items(&out, "providers", s.Providers)
	out.WriteString(",\n")
	items(&out, "datasets", s.Datasets)
	out.WriteString("\n}\n")
	return out.Bytes()
}

func items[T any](out *bytes.Buffer, name string, list []T) {
	fmt.Fprintf(out, "  %q: [", name)
	for i, item := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n    {\n")
		for i, member := range members(line(item)) {
			if i > 0 {
				out.WriteString(",\n")
			}
			fmt.Fprintf(out, "      %s", member)
		}
		out.WriteString("\n    }")
	}
	out.WriteString("\n  ]")
}

// members splits an object into its members, as `"name": value`.
func members(object jsontext.Value) (lines []string) {
	decoder := jsontext.NewDecoder(bytes.NewReader(object))
	must(decoder.ReadToken()) // {
	for decoder.PeekKind() != '}' {
		name := must(decoder.ReadValue()).String()
		lines = append(lines, name+": "+must(decoder.ReadValue()).String())
	}
	return lines
}

// line writes a value as JSON on one line, with a space after each comma and colon.
func line(value any) jsontext.Value {
	return must(json.Marshal(value, jsontext.SpaceAfterColon(true), jsontext.SpaceAfterComma(true)))
}

// must is for JSON of the models, which can always be written, and for reading it back.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
