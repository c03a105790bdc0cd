package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/manual"
)

// streams are standard input, output and error, or those of a test.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app has what all commands share.
type app struct {
	streams
	args    []string // of the command line
	url     string
	timeout time.Duration
	rate    int
	verbose bool
	json    bool
	known   *knownCatalog // nil until it is needed
	noted   []string      // notes on the input that were printed
}

// moreCommands are added by build tags: see man.go.
var moreCommands []func(*app) *cobra.Command

// run runs the program and returns its exit code.
func run(ctx context.Context, args []string, s streams) int {
	a := &app{streams: s, args: args}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	command, err := root.ExecuteContextC(ctx)
	if err != nil && !errors.Is(err, errPartial) {
		text := strings.Replace(err.Error(), cas.ErrInvalidRequest.Error()+": ", "", 1) // the exit code says it
		fmt.Fprintln(s.err, "cas:", strings.TrimPrefix(text, "cas: "))
		for _, hint := range []string{a.again(err), cmp.Or(a.hint(err), hintOfUsage(command, err))} {
			if hint != "" {
				fmt.Fprintln(s.err, "hint:", hint)
			}
		}
	}
	return exitCode(err)
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "cas",
		Short: "Elevation, soil, land cover and climate of points, polygons and whole tables of catchments",
		Long: `cas asks CAS, the Community Attribute Service: what are the elevation, soil, land cover and climate of this point or polygon?

Begin with 'cas demo', which shows a run and needs nothing else, or 'cas init', which asks for your file and datasets and prints the command.

The service is named by --url or the environment variable CAS_URL (default ` + cas.DefaultBaseURL + `), its key by CAS_API_KEY.
Results go to standard output, everything else to standard error.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       versionText(),
		Args:          unknownCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&a.url, "url", os.Getenv("CAS_URL"), "base URL of the service (or CAS_URL; default "+cas.DefaultBaseURL+")")
	flags.Lookup("url").DefValue = "" // the help must not show the value of CAS_URL as the default
	flags.DurationVar(&a.timeout, "timeout", cas.DefaultTimeout, "time limit of one request")
	flags.IntVar(&a.rate, "requests-per-minute", 0, "maximum number of requests a minute, evenly spaced; 0 means no limit")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log every request to standard error")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	group := func(title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: title, Title: title})
		for _, c := range commands {
			c.GroupID = title
		}
		root.AddCommand(commands...)
	}
	group("Make a table:", a.convertCommand(), a.demoCommand(), a.describeCommand(), a.extractCommand(), a.initCommand(), a.journalCommand(),
		a.mapCommand(), a.mergeCommand(), a.validateCommand())
	group("Find datasets:", a.citeCommand(), a.datasetsCommand(), a.providerCommand(), a.providersCommand())
	group("Services and programs:", a.doctorCommand(), a.healthCommand(), a.localCommand(), a.mcpCommand(), a.schemaCommand())
	root.AddCommand(a.versionCommand())
	for _, command := range moreCommands {
		root.AddCommand(command(a))
	}
	strictHelpers(root)
	a.completions(root)
	manual.AddTo(root)
	return root
}

// client makes a client from the flags and the environment.
func (a *app) client(more ...cas.Option) (*cas.Client, error) {
	switch {
	case a.timeout <= 0:
		return nil, usage("--timeout %s: give a time above zero, such as 2m", a.timeout)
	case a.rate < 0:
		return nil, usage("--requests-per-minute %d: give 1 or more, or 0 for no limit", a.rate)
	}
	options := []cas.Option{
		cas.WithAPIKey(os.Getenv("CAS_API_KEY")),
		cas.WithTimeout(a.timeout),
		cas.WithUserAgent("cas-cli"),
	}
	if a.rate != 0 {
		options = append(options, cas.WithRequestsPerMinute(a.rate))
	}
	if a.verbose {
		options = append(options, cas.WithLogger(slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	}
	return cas.NewClient(a.url, append(options, more...)...)
}

// serviceURL is the base URL that the client uses.
func (a *app) serviceURL() string { return cmp.Or(a.url, cas.DefaultBaseURL) }

// with runs f with a client, and closes the client.
func (a *app) with(f func(*cas.Client) error) error {
	client, err := a.client()
	if err != nil {
		return err
	}
	defer client.Close()
	return f(client)
}

// exactly is cobra.ExactArgs with an error that says what the arguments are.
func exactly(n int, what string) cobra.PositionalArgs { return between(n, n, what) }

// between is cobra.RangeArgs with an error that says what the arguments are.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) >= least && len(args) <= most:
			return nil
		case len(args) == 0:
			return usage("%s takes %s; there is no argument", c.CommandPath(), what)
		default:
			return usage("%s takes %s; the arguments are %q", c.CommandPath(), what, args)
		}
	}
}
