// Command gendecode renews everything in package gen: it has oapi-codegen write the models and the client, and writes decoders for the
// models from what that has written, so that a change of api/openapi.yaml changes the decoders too.
//
//	gendecode -document ../api/openapi.yaml -types ../api/types.codegen.yaml -client ../api/client.codegen.yaml -o . -facade ../cas Model...
//
// Every model named becomes a decoder, and every model that it holds. A type that package jsonread has no method for is read by the JSON
// library. Package cas shows the models by alias, with their fields in its comments. All files are written, or none.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	var j job
	flag.StringVar(&j.document, "document", "../api/openapi.yaml", "the OpenAPI `document`")
	flag.StringVar(&j.types, "types", "../api/types.codegen.yaml", "the `configuration` of oapi-codegen for the models")
	flag.StringVar(&j.client, "client", "", "the `configuration` of oapi-codegen for the client, if one is wanted")
	flag.StringVar(&j.facade, "facade", "", "the `folder` of the package that shows the models to users, if there is one")
	flag.StringVar(&j.tools, "tools", "../tools/go.mod", "the `module` that pins oapi-codegen")
	flag.StringVar(&j.out, "o", ".", "the `folder` to write to")
	flag.Parse()
	j.roots = flag.Args()
	if err := j.run(); err != nil {
		fmt.Fprintln(os.Stderr, "gendecode:", err)
		os.Exit(1)
	}
}

// job is what the command was asked for.
type job struct {
	document, types, client, tools, out, facade string
	roots                                       []string
}

// run writes the files to a folder of their own, and moves them to their places when all are there.
func (j job) run() error {
	made, err := os.MkdirTemp(j.out, ".gendecode-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	types := filepath.Join(made, "types.gen.go")
	if err := j.generate(j.types, types); err != nil {
		return err
	}
	if j.client != "" {
		if err := j.generate(j.client, filepath.Join(made, "client.gen.go")); err != nil {
			return err
		}
	}
	models := ""
	if j.facade != "" {
		models = filepath.Join(made, facadeFile)
	}
	if err := decoders(types, filepath.Join(made, "decode.gen.go"), models, j.roots); err != nil {
		return err
	}
	files, err := os.ReadDir(made)
	if err != nil {
		return err
	}
	for _, file := range files {
		place := filepath.Join(j.out, file.Name())
		if file.Name() == facadeFile {
			place = filepath.Join(j.facade, file.Name())
		}
		err = errors.Join(err, os.Rename(filepath.Join(made, file.Name()), place))
	}
	return err
}

// facadeFile is the file that goes to another folder than the rest.
const facadeFile = "models.gen.go"

// generate runs oapi-codegen, which says what is wrong.
func (j job) generate(config, out string) error {
	run := exec.Command("go", "tool", "-modfile="+j.tools, "oapi-codegen", "-config", config, "-o", out, j.document)
	run.Stderr = os.Stderr
	if err := run.Run(); err != nil {
		return fmt.Errorf("oapi-codegen with %s: %w", config, err)
	}
	return nil
}

// decoders writes the decoders of the roots, whose types the Go file holds, and what package cas shows of the models, if that is wanted.
func decoders(types, out, models string, roots []string) error {
	declared, err := parse(types)
	if err != nil {
		return err
	}
	gathered, err := declared.reachable(roots)
	if err != nil {
		return err
	}
	source, err := write(roots, gathered)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, source, 0o644); err != nil || models == "" {
		return err
	}
	if source, err = facade(gathered); err != nil {
		return err
	}
	return os.WriteFile(models, source, 0o644)
}
