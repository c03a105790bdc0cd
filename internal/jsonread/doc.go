// Package jsonread reads JSON text of known shape, strictly and fast. The decoders in gen/decode.gen.go call it.
//
// It accepts and refuses the same texts as json v2 (github.com/go-json-experiment/json), with the same result. Errors are duplicate names,
// text that is not UTF-8, numbers out of range or misspelt, values of another kind, and text behind the value. Unknown members are skipped,
// and null leaves the zero value.
//
// Results never point into the text. Strings that repeat are shared. Other strings, times and ranges come from small blocks, so that a
// large answer needs few allocations, and a string that is kept keeps no more than a block.
package jsonread
