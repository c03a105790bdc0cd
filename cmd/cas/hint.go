package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// hint says what to do about an error, in one sentence; "" where the error says it itself or nothing helps.
func (a *app) hint(err error) string {
	var u usageError
	var layers *features.LayerError
	var field *features.FieldError
	switch {
	case errors.As(err, &layers):
		return cmp.Or(nearest(layers.Asked, layers.Layers), "name a layer by --layer")
	case errors.As(err, &field):
		return cmp.Or(nearest(field.Field, field.Fields), "'cas describe FILE' lists the fields")
	case errors.As(err, &u):
		return "'cas COMMAND --help' shows how a command is used"
	case isAway(err):
		return "start the service with 'cas local' or run with --local, or name another by --url or CAS_URL; 'cas demo' needs none"
	case errors.Is(err, cas.ErrUnauthorized):
		return "put the service's key into the environment variable CAS_API_KEY"
	case errors.Is(err, cas.ErrRateLimited):
		return "--requests-per-minute keeps below the service's limit"
	case errors.Is(err, cas.ErrRedirect):
		return "give the address that the service was moved to by --url or CAS_URL"
	case errors.Is(err, cas.ErrMalformedResponse):
		return fmt.Sprintf("is %s a CAS service? 'cas doctor' finds out", cmp.Or(a.url, cas.DefaultBaseURL))
	default:
		return hintOfFile(err)
	}
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
