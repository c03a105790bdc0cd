package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/atlas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// Exit codes, as in the help.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3
)

// usageError is a wrong command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errPartial ends a command with exit code 3. The failures are on standard error already.
var errPartial = errors.New("some datasets failed")

// exitCode is the exit code for an error. An invalid request and parameters that do not fit the journal of an earlier run count as a
// wrong command line.
func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errPartial):
		return exitPartial
	case is[usageError](err), is[*journal.FingerprintError](err), is[*features.CRSError](err), is[*features.FieldError](err),
		is[*atlas.ColumnError](err), errors.Is(err, cas.ErrInvalidRequest):
		return exitUsage
	default:
		return exitFailed
	}
}

// is reports whether an error of the type is in the chain.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// hint says in one sentence what to do about an error; "" if the error says it itself or nothing helps.
func (a *app) hint(err error) string {
	var layers *features.LayerError
	var field *features.FieldError
	var refusal *tabulate.Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal.Hint
	case errors.As(err, &layers):
		return cmp.Or(nearest(layers.Asked, layers.Layers), "name a layer by --layer")
	case errors.As(err, &field):
		return cmp.Or(nearest(field.Field, field.Fields), "'cas describe FILE' lists the fields")
	case errors.As(err, new(*features.CRSError)):
		return "if the file names a wrong system, name the right one by --assume-crs, such as EPSG:5070"
	case errors.Is(err, features.ErrMissingID), errors.Is(err, features.ErrDuplicateID):
		return "'cas describe FILE' shows which fields can be the id, for --id-field"
	case isAway(err):
		return "start the service with 'cas local' or run with --local, or name another by --url or CAS_URL; 'cas demo' needs none"
	case errors.Is(err, bulk.ErrNotAsked):
		return "if the run broke, the command of 'cas extract' again finishes it; 'cas journal FILE' shows how far it came, and what failed"
	case errors.Is(err, cas.ErrUnauthorized):
		return "put the service's key into the environment variable CAS_API_KEY"
	case errors.Is(err, cas.ErrRateLimited):
		return "--requests-per-minute keeps below the service's limit"
	case errors.Is(err, cas.ErrNotFound) && strings.Contains(a.url, "/api"):
		return "--url and CAS_URL are the address of the service, without /api/v1"
	case errors.Is(err, cas.ErrRedirect):
		return "give the address that the service was moved to by --url or CAS_URL"
	case errors.Is(err, cas.ErrMalformedResponse), isNoRoute(err):
		return fmt.Sprintf("is %s a CAS service? 'cas doctor' finds out", a.serviceURL())
	case is[usageError](err):
		return "" // see hintOfUsage
	default:
		return hintOfFile(err)
	}
}

// valueHints say what a flag takes, by the type of its values.
var valueHints = map[string]string{
	"duration": "give a time with its unit, such as 90s or 30m", "int": "give a whole number", "float64": "give a number",
}

// isNoRoute reports a 404 that is not about what was asked for: the URL is not that of a CAS service.
func isNoRoute(err error) bool {
	failed, ok := errors.AsType[*cas.Error](err)
	return ok && errors.Is(err, cas.ErrNotFound) && (failed.Type != cas.ErrorTypeNotFound || failed.Message == http.StatusText(http.StatusNotFound))
}

// hintOfUsage is the hint for a wrong command line for which hint has none.
func hintOfUsage(c *cobra.Command, err error) string {
	if !is[usageError](err) {
		return ""
	}
	help := fmt.Sprintf("'%s --help' shows how it is used", c.CommandPath())
	var flag *pflag.NotExistError
	var value *pflag.InvalidValueError
	var file *fs.PathError
	switch {
	case errors.As(err, &value):
		return cmp.Or(valueHints[value.GetFlag().Value.Type()], help)
	case errors.As(err, &flag):
		return cmp.Or(nearestFlag(c, flag.GetSpecifiedName()), help)
	case errors.As(err, &file) && errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(tabulate.JournalPath(file.Path)); err == nil {
			return "its run has not come to its end: give the command of 'cas extract' again; 'cas journal FILE' shows how far it came"
		}
		return cmp.Or(nearestFile(file.Path), help)
	}
	return help
}

// again says how to go on after a run that ended early; "" for any other error.
func (a *app) again(err error) string {
	command := ":\n  " + commandLine(a.args)
	switch {
	case is[*table.ClassesError](err):
		return "nothing is asked again by" + command + " --long"
	case !is[*tabulate.Unfinished](err):
		return ""
	case is[*bulk.HopelessError](err):
		return "if that is as it should be, run the same command again" + command
	case slices.Contains(a.args, "-"):
		return "to resume, run the same command again, with the same input" + command
	default:
		return "to resume, run the same command again" + command
	}
}

// nearestFlag suggests a flag of the command for a misspelt one.
func nearestFlag(c *cobra.Command, asked string) string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) }) // in the order of their names, global flags too
	near := catalog.SuggestFrom(names, asked, 1)
	if i := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, asked+"-") }); i >= 0 {
		near = names[i:] // such as --id-field for --id
	}
	if len(near) == 0 {
		return ""
	}
	return "did you mean --" + near[0] + "?"
}

// nearestFile suggests a file of the same folder for a misspelt one.
func nearestFile(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if near := catalog.SuggestFrom(names, filepath.Base(path), 1); len(near) > 0 {
		return fmt.Sprintf("did you mean %s?", filepath.Join(filepath.Dir(path), near[0]))
	}
	return ""
}

// hintOfFile is the hint for a file that cannot be written.
func hintOfFile(err error) string {
	file, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return ""
	}
	folder := filepath.Dir(file.Path)
	_, missing := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "the table, its journal and its description are written beside each other: name by -o what may be written"
	case errors.Is(missing, fs.ErrNotExist):
		return fmt.Sprintf("make the folder %s first", folder)
	}
	return ""
}

// tellAway says that the catalog inside this program is used, because the service does not answer.
func (a *app) tellAway(err error) {
	reason := err
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		reason = cause
	}
	why := reason.Error()
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		why = "the host is not known (" + name.Err + ")"
	}
	fmt.Fprintf(a.err, "cas: note: no service answers at %s: %s\n", a.serviceURL(), why)
	a.tellCarried()
}

// isAway reports that there was no connection to the service.
func isAway(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial" || is[*net.DNSError](err)
}

// suggestDataset is "; did you mean …?" with the nearest dataset id, to append to a message; "" if the id is known or none is near.
func (a *app) suggestDataset(ctx context.Context, id string) string {
	if _, ok := catalog.Lookup(id); ok {
		return "" // the spelling is right, so there is no need to ask the service for its catalog
	}
	return didYouMean(id, catalog.SuggestFrom(a.knownCatalog(ctx).datasetIDs(), id, 1))
}

// suggestProvider does the same for a provider's slug.
func (a *app) suggestProvider(ctx context.Context, slug string) string {
	return didYouMean(slug, catalog.SuggestFrom(a.knownCatalog(ctx).slugs(), slug, 1))
}

// nearest is a hint with the nearest of the names; "" if none is near.
func nearest(asked string, names []string) string {
	return strings.TrimPrefix(didYouMean(asked, catalog.SuggestFrom(names, asked, 1)), "; ")
}

// choose refuses the value of a flag unless it is "" or one of a few; the error lists them and suggests the nearest.
func choose(flag, value string, of []string) error {
	if value == "" || slices.Contains(of, value) {
		return nil
	}
	all := "one of " + strings.Join(of, ", ")
	if len(of) == 2 {
		all = strings.Join(of, " or ")
	}
	return usage("%s %s: give %s%s", flag, value, all, didYouMean(value, catalog.SuggestFrom(of, value, 1)))
}

// checkDatasets refuses an empty list of datasets and ids without a colon.
func checkDatasets(ids []string) error {
	if len(ids) == 0 {
		return usage("give a dataset id by -d; 'cas datasets' lists them")
	}
	for _, id := range ids {
		if !strings.Contains(id, ":") {
			return usage("-d %s: a dataset id is provider:dataset, such as copernicus_dem:elevation; 'cas datasets %s' searches", id, id)
		}
	}
	return nil
}

func didYouMean(asked string, nearest []string) string {
	if len(nearest) == 0 || nearest[0] == asked {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", nearest[0])
}

// unknownCommand refuses any argument of a command that only groups sub-commands.
func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2 // letters; cobra sets this default only in code that is not reached here
	return usage("there is no command '%s %s'%s", c.CommandPath(), args[0], didYouMean(args[0], c.SuggestionsFor(args[0])))
}

// strictHelpers makes the commands that cobra adds, help and completion, refuse unknown arguments as all others do.
func strictHelpers(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Args = func(_ *cobra.Command, args []string) error {
				asked, rest, err := root.Find(args)
				return cmp.Or(err, unknownCommand(asked, rest))
			}
		case "completion":
			c.Args, c.RunE = unknownCommand, root.RunE
			for _, shell := range c.Commands() {
				shell.Args = exactly(0, "no arguments")
			}
		}
	}
}
