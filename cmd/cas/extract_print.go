package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// mostFailures is how many failures are printed where there is no file for them.
const mostFailures = 20

// printTable makes a table without -o: in a folder of its own, and copied to standard output when it is whole.
func (a *app) printTable(ctx context.Context, x extraction, job *tabulate.Job) error {
	folder, err := os.MkdirTemp("", "cas-")
	if err != nil {
		return fmt.Errorf("the table is made in the folder for temporary files, which TMPDIR can name: %w", err)
	}
	defer os.RemoveAll(folder)
	output := tabulate.Output{Path: filepath.Join(folder, "attributes.csv"), Format: table.CSV{}}
	if a.json {
		output = tabulate.Output{Path: filepath.Join(folder, "attributes.json"), Format: table.JSON{}}
	}
	job.Outputs = []tabulate.Output{output}
	summary, err := a.runJob(ctx, x, job)
	if unfinished := (*tabulate.Unfinished)(nil); errors.As(err, &unfinished) {
		return fmt.Errorf("%w; nothing is kept: with -o FILE a run can be resumed", unfinished.Err)
	}
	if err != nil {
		return a.explain(err, x)
	}
	if err := copyFile(a.out, output.Path); err != nil {
		return err
	}
	if summary.Failed == 0 {
		return nil
	}
	fmt.Fprintf(a.err, "cas: %d of %d features failed:\n", summary.Failed, summary.Features)
	if err := printFailures(a.err, table.ErrorsPath(output.Path)); err != nil {
		return err
	}
	if x.partialOK {
		return nil
	}
	return errPartial
}

func copyFile(w io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}

// printFailures prints the first lines of a list of failures.
func printFailures(w io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := csv.NewReader(file)
	if _, err := lines.Read(); err != nil {
		return err
	}
	t := newTable(w, "ID", "DATASET", "REASON")
	for i := 0; ; i++ {
		cells, err := lines.Read()
		if err == io.EOF {
			return t.flush()
		}
		if err != nil {
			return err
		}
		if i == mostFailures {
			t.row("…", "", "give -o FILE for a list of all")
			return t.flush()
		}
		t.row(cells[:3]...) // the service and the time are those of this very call
	}
}
