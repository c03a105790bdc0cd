package dem

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// pyType is the name that Python gives the type of a decoded JSON value.
func pyType(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case json.Number:
		if strings.ContainsAny(string(v), ".eE") {
			return "float"
		}
		return "int"
	case float64:
		return "float"
	case []any:
		return "list"
	case map[string]any:
		return "dict"
	default:
		return fmt.Sprintf("%T", v)
	}
}

// pyIterate lists what iter(v) yields: a text its characters, an object its keys.
func pyIterate(v any) ([]any, error) {
	switch v := v.(type) {
	case []any:
		return v, nil
	case string:
		return pyCharacters(v), nil
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		items := make([]any, len(keys))
		for i, key := range keys {
			items[i] = key
		}
		return items, nil
	default:
		return nil, fmt.Errorf("'%s' object is not iterable", pyType(v))
	}
}

// pySubscript lists the items of a value that has a v[0].
func pySubscript(v any) ([]any, error) {
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			return nil, errIndex
		}
		return v, nil
	case string:
		if v == "" {
			return nil, errors.New("string index out of range")
		}
		// v[1:] is a text again: one ring per character, as in iterating over it.
		return pyCharacters(v), nil
	case map[string]any:
		return nil, errors.New("0") // KeyError: 0
	default:
		return nil, fmt.Errorf("'%s' object is not subscriptable", pyType(v))
	}
}

func pyCharacters(s string) []any {
	items := make([]any, 0, len(s))
	for _, r := range s {
		items = append(items, string(r))
	}
	return items
}

// pyFloat is float(v).
func pyFloat(v any) (float64, error) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case json.Number:
		f, _ := strconv.ParseFloat(string(v), 64) // a range error leaves infinity, as in Python
		if math.IsInf(f, 0) && pyType(v) == "int" {
			return 0, errors.New("int too large to convert to float")
		}
		return f, nil
	case string:
		f, ok := pyParse(v)
		if !ok {
			return 0, fmt.Errorf("could not convert string to float: %s", pyRepr(v))
		}
		return f, nil
	default:
		return 0, fmt.Errorf("float() argument must be a string or a real number, not '%s'", pyType(v))
	}
}

// pyParse reads a number as float(text) does: decimal, nan or inf in any case,
// with space around it.
func pyParse(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "xX_") { // Go's hexadecimal numbers and digit separators
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil || errors.Is(err, strconv.ErrRange)
}

// pyRepr quotes a text as Python does, but for characters that do not print.
func pyRepr(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	return quote + strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + quote
}
