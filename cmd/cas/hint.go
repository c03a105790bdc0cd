package main

import (
	"cmp"
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
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/features"
)

// hint says what to do about an error, in one sentence; "" where the error says it itself or nothing helps.
func (a *app) hint(err error) string {
	var layers *features.LayerError
	var field *features.FieldError
	switch {
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
	case errors.Is(err, cas.ErrRedirect):
		return "give the address that the service was moved to by --url or CAS_URL"
	case errors.Is(err, cas.ErrMalformedResponse), isNoRoute(err):
		return fmt.Sprintf("is %s a CAS service? 'cas doctor' finds out", cmp.Or(a.url, cas.DefaultBaseURL))
	case errors.As(err, new(usageError)):
		return "" // see hintOfUsage
	default:
		return hintOfFile(err)
	}
}

// isNoRoute reports a 404 that is not about what was asked for: nothing of a CAS service is at the URL.
func isNoRoute(err error) bool {
	var failed *cas.Error
	return errors.Is(err, cas.ErrNotFound) && errors.As(err, &failed) &&
		(failed.Type != cas.ErrorTypeNotFound || failed.Message == http.StatusText(http.StatusNotFound))
}

// hintOfUsage is for a command line that cannot be right, and that no other hint is for.
func hintOfUsage(c *cobra.Command, err error) string {
	if !errors.As(err, new(usageError)) {
		return ""
	}
	help := fmt.Sprintf("'%s --help' shows how it is used", c.CommandPath())
	var flag *pflag.NotExistError
	var file *fs.PathError
	switch {
	case errors.As(err, &flag):
		return cmp.Or(nearestFlag(c, flag.GetSpecifiedName()), help)
	case errors.As(err, &file) && errors.Is(err, fs.ErrNotExist):
		return cmp.Or(nearestFile(file.Path), help)
	}
	return help
}

// nearestFlag names the flag of a command that was perhaps meant.
func nearestFlag(c *cobra.Command, asked string) string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) }) // by name, those of all commands too
	near := catalog.SuggestFrom(names, asked, 1)
	if i := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, asked+"-") }); i >= 0 {
		near = names[i:] // --id is --id-field
	}
	if len(near) == 0 {
		return ""
	}
	return "did you mean --" + near[0] + "?"
}

// nearestFile names the file that was perhaps meant, of those in the same folder.
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

// hintOfFile is for a file that cannot be written.
func hintOfFile(err error) string {
	var file *fs.PathError
	if !errors.As(err, &file) {
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

// tellAway says that the catalog of this program answers in place of the service's.
func (a *app) tellAway(err error) {
	reason := err
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		reason = cause
	}
	why := reason.Error()
	if name := (*net.DNSError)(nil); errors.As(err, &name) {
		why = "the host is not known (" + name.Err + ")"
	}
	fmt.Fprintf(a.err, "cas: note: no service answers at %s: %s\n", cmp.Or(a.url, cas.DefaultBaseURL), why)
	a.tellCarried()
}

// isAway reports that there was no connection to the service.
func isAway(err error) bool {
	var op *net.OpError
	var name *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &name)
}
