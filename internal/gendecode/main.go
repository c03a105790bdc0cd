// Command gendecode writes decoders for models that oapi-codegen wrote. It runs behind oapi-codegen in gen/generate.go and reads what
// that has written, so that a change of api/openapi.yaml changes the decoders too.
//
//	gendecode -types types.gen.go -o decode.gen.go Model...
//
// Every model named becomes a decoder, and every model that it holds. A type for which there is no rule is an error: add one
// to values.go and a method to package jsonread.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	types := flag.String("types", "types.gen.go", "the Go `file` that oapi-codegen wrote")
	out := flag.String("o", "decode.gen.go", "the `file` to write")
	flag.Parse()
	if err := run(*types, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gendecode:", err)
		os.Exit(1)
	}
}

func run(types, out string, roots []string) error {
	declared, err := parse(types)
	if err != nil {
		return err
	}
	models, err := declared.reachable(roots)
	if err != nil {
		return err
	}
	source, err := write(declared.pkg, roots, models)
	if err != nil {
		return err
	}
	return os.WriteFile(out, source, 0o644)
}
