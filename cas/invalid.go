package cas

import (
	"errors"
	"fmt"
)

// Errors that a call ends in before any I/O.
var (
	// ErrInvalidRequest is what a request that cannot be right ends in; the text names the field and what to do.
	// An empty list of dataset ids is not one: the service answers it with a 422, which is ErrValidation.
	ErrInvalidRequest = errors.New("cas: invalid request")
	// ErrClosed is what calls end in after Close.
	ErrClosed = errors.New("cas: the client is closed")
)

// requestError is an ErrInvalidRequest with the field that caused it.
type requestError struct {
	field  string // such as geometries[3].coordinates
	reason string
}

func (e *requestError) Error() string {
	return ErrInvalidRequest.Error() + ": " + e.field + ": " + e.reason
}
func (e *requestError) Is(target error) bool { return target == ErrInvalidRequest }

func invalid(field, format string, args ...any) error {
	return &requestError{field: field, reason: fmt.Sprintf(format, args...)}
}
