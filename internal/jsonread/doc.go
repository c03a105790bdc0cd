// Package jsonread reads JSON text of known shape, strictly and fast. The decoders in gen/decode.gen.go are calls of it.
//
// It refuses what json v2 (github.com/go-json-experiment/json) refuses: duplicate names, text that is not UTF-8, numbers out of
// range or spelt wrongly, values of another kind, text behind the value. It accepts what that accepts, with the same result:
// unknown members are skipped, null leaves the zero value.
//
// What a caller gets never points into the text that was read. Strings that repeat are shared; strings, times and ranges that do
// not are cut from small blocks, so that a large answer costs few allocations and one kept string never holds more than a block.
package jsonread
