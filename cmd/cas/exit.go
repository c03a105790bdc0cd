package main

import (
	"errors"
	"fmt"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/atlas"
)

// Exit codes, as the command's documentation lists them.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3
)

// usageError is a command line that cannot be right.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errPartial says that some features or datasets failed, which standard error has listed.
var errPartial = errors.New("some datasets failed")

// exitCode tells which code an error ends the program with. A request that cannot be right is the command line's fault, as is one
// that does not fit the journal of an earlier run.
func exitCode(err error) int {
	var u usageError
	var other *journal.FingerprintError
	var system *features.CRSError
	var field *features.FieldError
	var column *atlas.ColumnError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errPartial):
		return exitPartial
	case errors.As(err, &u), errors.As(err, &other), errors.As(err, &system), errors.As(err, &field), errors.As(err, &column),
		errors.Is(err, cas.ErrInvalidRequest):
		return exitUsage
	default:
		return exitFailed
	}
}
