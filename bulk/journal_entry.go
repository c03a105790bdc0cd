package bulk

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/community-attribute-service/cas-go/cas"
)

// A GeometryHash identifies the text of a geometry: the first half of its SHA-256.
type GeometryHash [16]byte

// HashGeometry hashes the text of a geometry as it was read. White space and number spelling count.
func HashGeometry(geometry []byte) GeometryHash {
	sum := sha256.Sum256(geometry)
	return GeometryHash(sum[:16])
}

// String is the hash in hexadecimal.
func (h GeometryHash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is String as bytes.
func (h GeometryHash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads 32 hexadecimal digits.
func (h *GeometryHash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("a geometry hash has %d hexadecimal digits, not %d", hex.EncodedLen(len(h)), len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

func (h GeometryHash) prefix() uint64 { return binary.LittleEndian.Uint64(h[:8]) }

// journalEntry is one record of a journal. The members that identify it come first and in this order,
// which lets a scan leave the rest unread.
type journalEntry struct {
	ID       string                 `json:"id"`
	Geometry GeometryHash           `json:"geometry"`
	Done     bool                   `json:"done"` // every dataset is answered; not asked again
	Response *cas.AttributeResponse `json:"response,omitempty"`
	Failure  *journalFailure        `json:"failure,omitempty"`
}

// journalFailure is the error of an outcome: a GeometryError has a code, a cas.Error a type.
type journalFailure struct {
	Message   string        `json:"message"`
	Code      GeometryCode  `json:"code,omitempty"`
	Type      cas.ErrorType `json:"type,omitempty"`
	Status    int           `json:"status,omitempty"`
	RequestID string        `json:"request_id,omitempty"`
	Attempts  int           `json:"attempts,omitempty"`
}

// entryOf is what a journal keeps of an outcome. What is missing from a response is not kept: it follows from it.
func entryOf(o Outcome, geometry GeometryHash) journalEntry {
	e := journalEntry{ID: o.Feature.ID, Geometry: geometry, Done: o.Err == nil, Response: o.Response}
	if o.Response != nil || o.Err == nil {
		return e
	}
	f := &journalFailure{Message: o.Err.Error()}
	var refused *GeometryError
	var failed *cas.Error
	switch {
	case errors.As(o.Err, &refused):
		f.Message, f.Code = refused.Message, refused.Code
	case errors.As(o.Err, &failed):
		f.Message, f.Type, f.Status, f.RequestID, f.Attempts = failed.Message, failed.Type, failed.StatusCode, failed.RequestID, failed.Attempts
	}
	e.Failure = f
	return e
}

// outcome is the outcome that was recorded, but for the feature beyond its id.
func (e journalEntry) outcome(datasetIDs []string) Outcome {
	o := Outcome{Feature: Feature{ID: e.ID}, Response: e.Response, FromJournal: true}
	switch f := e.Failure; {
	case f == nil:
		o.Err = partial(e.Response, datasetIDs)
	case f.Code != "":
		o.Err = &GeometryError{Code: f.Code, Message: f.Message}
	case f.Type != "":
		o.Err = &cas.Error{StatusCode: f.Status, Type: f.Type, Message: f.Message, RequestID: f.RequestID, Attempts: f.Attempts}
	default:
		o.Err = errors.New(f.Message)
	}
	return o
}

func (e journalEntry) append(b []byte) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return b, fmt.Errorf("feature %q cannot be recorded in the journal: %w", e.ID, err)
	}
	return appendJournalLine(b, text), nil
}
