package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/tabulate"
)

func (a *app) initCommand() *cobra.Command {
	var n interview
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Ask for the file, the id and the datasets, and print the 'cas extract' command to run",
		Long: `Ask three questions and print the command that makes the table: which file (its fields are shown as by 'cas describe'), which of
its fields is the id, and which datasets, by searching. The command goes to standard output, spelled for a POSIX shell such as bash;
all else goes to standard error. At the end it offers a dry run of the command, which sends nothing. It does not ask what an option says.

The datasets are those of the service, or without a service those of the catalog inside this program; only those whose area
touches that of the features are shown. Answer the search with words (as to 'cas datasets'), a dataset id, or the numbers of datasets that
were found, such as 1 3-5; the same number again takes a dataset away. An empty line ends the choice.

Answers are read from standard input, one a line, so they can come from a file too. The last question, about the dry run, needs no answer.`,
		Example: `  cas init
  cas init basins.shp > run.sh
  printf '%s\n' basins.shp HYBAS_ID elevation 1 '' | cas init`,
		Args: between(0, 1, "one file"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				n.file = args[0]
			}
			n.url = c.Flags().Changed("url")
			return a.init(c.Context(), n)
		},
	}
	n.reading.flags(c.Flags())
	c.Flags().BoolVar(&n.offline, "offline", false, "search the catalog inside this program; send no request")
	return c
}

// interview collects the parts of the command to print, from flags first and then from answers.
type interview struct {
	file string
	reading
	contents *tabulate.Contents
	datasets []string
	url      bool // --url was given: the command needs it too
	offline  bool
}

// init asks on standard error and prints the command on standard output.
func (a *app) init(ctx context.Context, n interview) error {
	here := *a
	here.out = a.err
	q := newAsker(a.in, a.err)
	for _, question := range []func(context.Context, *asker, *interview) error{here.askFile, here.askID, here.askDatasetIDs} {
		switch err := question(ctx, q, &n); {
		case errors.Is(err, errNoAnswer) && q.answers == 0 && q.echo:
			return usage("cas init asks on a terminal, or reads answers from standard input, a line each; there are none")
		case errors.Is(err, errNoAnswer), errors.Is(err, context.Canceled):
			return errors.New("stopped before all three questions were answered: there is no command yet")
		case err != nil:
			return err
		}
	}
	args := n.command(a.url)
	fmt.Fprintln(a.err, "\nThis command makes the table. Run it again after any interruption: it goes on.")
	if _, err := fmt.Fprintln(a.out, commandLine(args)); err != nil {
		return err
	}
	err := q.ask(ctx, "\nRun its --dry-run now, which counts and sends nothing? yes or no [yes]", func(answer string) error {
		switch strings.ToLower(answer) {
		case "", "y", "yes":
			here.args = append(args, "--dry-run")
			root := newRoot(&here)
			root.SetArgs(here.args)
			return root.ExecuteContext(ctx)
		case "n", "no":
			return nil
		default:
			return bad("%q: answer yes or no", answer)
		}
	})
	if errors.Is(err, errNoAnswer) || errors.Is(err, context.Canceled) {
		return nil // the command is printed already
	}
	return err
}

// command is the command line that makes the table, without the name of the program.
func (n *interview) command(url string) []string {
	file := n.file
	if strings.HasPrefix(file, "-") || strings.HasPrefix(file, "@") {
		file = "./" + file
	}
	args := []string{"extract", file}
	option := func(name, value string) {
		if value != "" {
			args = append(args, name, value)
		}
	}
	option("--layer", n.layer)
	option("--x", n.x)
	option("--y", n.y)
	option("--assume-crs", n.assumeCRS)
	option("--id-field", n.idField)
	for _, id := range n.datasets {
		option("-d", id)
	}
	option("-o", freeTable())
	if n.url {
		option("--url", url)
	}
	return args
}

// freeTable is a name for a table that no earlier run has used.
func freeTable() string {
	for i := 1; ; i++ {
		name := "attributes"
		if i > 1 {
			name += "-" + strconv.Itoa(i)
		}
		if used, err := filepath.Glob(name + ".*"); err == nil && len(used) == 0 {
			return name + ".csv"
		}
	}
}

// askFile asks for the file and, if it has several, for the layer.
func (a *app) askFile(ctx context.Context, q *asker, n *interview) error {
	if n.file != "" {
		return a.takeFile(ctx, q, n, n.file)
	}
	return q.ask(ctx, "Which file has your points or polygons? (Shapefile, GeoPackage, GeoJSON, CSV, …)\nfile", func(answer string) error {
		err := a.takeFile(ctx, q, n, answer)
		if is[usageError](err) {
			return badAnswer{err}
		}
		return err
	})
}

// takeFile reads a file and prints its contents.
func (a *app) takeFile(ctx context.Context, q *asker, n *interview, name string) error {
	if name == "" || name == "-" {
		return usage("give the name of a file; standard input is for the answers")
	}
	n.file = typedPath(name)
	o := n.options(nil)
	o.IDField, o.Keep = "", nil
	input, err := a.openInput(ctx, n.file, o)
	if several, ok := errors.AsType[*features.LayerError](err); ok {
		return a.askLayer(ctx, q, n, several.Layers)
	}
	if err != nil {
		return err
	}
	defer input.Source.Close()
	if n.contents, err = tabulate.ReadContents(ctx, input); err != nil {
		return err
	}
	if err := a.printContents(n.contents); err != nil {
		return err
	}
	if n.contents.Features == n.contents.Refused {
		return usage("%s has no feature that can be asked for; 'cas validate' says why", n.file)
	}
	return nil
}

func (a *app) askLayer(ctx context.Context, q *asker, n *interview, layers []string) error {
	fmt.Fprintln(q.out, "It has several layers:")
	for i, layer := range layers {
		fmt.Fprintf(q.out, "%d  %s\n", i+1, layer)
	}
	err := q.ask(ctx, "number or name of the layer", func(answer string) error {
		i := pick(answer, layers)
		if i < 0 {
			return bad("%q is no layer: answer a number from 1 to %d, or a name%s", answer, len(layers), didYouMean(answer, catalog.SuggestFrom(layers, answer, 1)))
		}
		n.layer = layers[i]
		return nil
	})
	if err != nil {
		return err
	}
	return a.takeFile(ctx, q, n, n.file)
}

// pick is the index of the item that a name or a number from 1 picks, a name first; -1 if neither does.
func pick(answer string, names []string) int {
	if i := slices.Index(names, answer); i >= 0 {
		return i
	}
	if i, err := strconv.Atoi(answer); err == nil && i >= 1 && i <= len(names) {
		return i - 1
	}
	return -1
}

// typedPath is the path in an answer. A file dragged into a terminal comes with quotes or backslashes.
func typedPath(text string) string {
	if rest, ok := strings.CutPrefix(text, "~"+string(filepath.Separator)); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	for _, path := range []string{text, strings.Trim(text, "'"), strings.Trim(text, `"`), strings.ReplaceAll(text, `\ `, " ")} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return text
}

// askID asks which field is the id.
func (a *app) askID(ctx context.Context, q *asker, n *interview) error {
	fields := n.contents.IDFields()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	take := func(answer string) error {
		if answer == "" && len(names) > 0 {
			answer = names[0]
		}
		i := pick(answer, names)
		switch {
		case i >= 0:
			n.idField = names[i]
		case answer == "0" || answer == "":
			n.idField = ""
		case slices.ContainsFunc(n.contents.Fields, func(f tabulate.ContentField) bool { return f.Name == answer }):
			return bad("%s cannot be the id: a value of it is missing or comes twice; answer a number from 0 to %d, or a name", answer, len(names))
		default:
			return bad("%q is no field: answer a number from 0 to %d, or a name%s", answer, len(names), didYouMean(answer, catalog.SuggestFrom(names, answer, 1)))
		}
		return nil
	}
	if n.idField != "" {
		if err := take(n.idField); err != nil {
			return usage("--id-field: %w", err)
		}
		return nil
	}
	fmt.Fprintln(q.out, "\nWhich field is the id? It names the rows of the table.")
	t := newTable(q.out, "#", "FIELD", "SAMPLE")
	for i, f := range fields {
		t.row(strconv.Itoa(i+1), f.Name, sample(f.Sample))
	}
	t.row("0", "none: the feature's own id, else its position in the file")
	if err := t.flush(); err != nil {
		return err
	}
	return q.ask(ctx, "number or name ["+strconv.Itoa(min(1, len(names)))+"]", take)
}

// asker asks questions on a terminal, or reads the answers from a file, one a line.
type asker struct {
	out   io.Writer
	lines <-chan string // closed at the end of the answers
	echo  bool          // print the answers, because no terminal has echoed them

	answers int // number of answers read
}

func newAsker(in io.Reader, out io.Writer) *asker {
	lines := make(chan string)
	go func() { // may still wait for a line when the program ends
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	file, ok := in.(*os.File)
	return &asker{out: out, lines: lines, echo: !ok || !term.IsTerminal(int(file.Fd()))}
}

// badAnswer rejects an answer. Its text says what to answer, and the question is asked again.
type badAnswer struct{ error }

func (e badAnswer) Unwrap() error { return e.error }

func bad(format string, args ...any) error { return badAnswer{fmt.Errorf(format, args...)} }

// errNoAnswer means that the answers ended before the question.
var errNoAnswer = errors.New("the answers end here")

// ask repeats a question until take accepts the answer.
func (q *asker) ask(ctx context.Context, prompt string, take func(answer string) error) error {
	for {
		fmt.Fprint(q.out, prompt+"> ")
		select {
		case <-ctx.Done():
			fmt.Fprintln(q.out)
			return ctx.Err()
		case line, more := <-q.lines:
			if !more {
				fmt.Fprintln(q.out)
				return errNoAnswer
			}
			q.answers++
			if q.echo {
				fmt.Fprintln(q.out, line)
			}
			err := take(strings.TrimSpace(line))
			if !is[badAnswer](err) {
				return err
			}
			fmt.Fprintln(q.out, "cas:", err)
		}
	}
}
