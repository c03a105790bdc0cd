package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// A Type is the type of all cells in a column of kept properties.
type Type uint8

// The types of kept properties, in a format whose columns have types. A column without a single value is TypeUnknown, and so is every
// column in other formats; its cells are text.
const (
	TypeUnknown Type = iota
	TypeInt64        // whole numbers of 64 bits
	TypeDouble       // numbers, each of which a float64 holds
	TypeBoolean      // true and false
	TypeText         // anything else
)

var typeNames = [...]string{"unknown", "int64", "double", "boolean", "text"}

// String returns the type in a word: unknown, int64, double, boolean, text.
func (t Type) String() string { return typeNames[t] }

// MarshalText returns String as bytes.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (t *Type) UnmarshalText(text []byte) error {
	i := slices.Index(typeNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no column is of the type %q", text)
	}
	*t = Type(i)
	return nil
}

// A TypedFormat is a Format whose columns have types. Others take kept properties as they are spelt.
type TypedFormat interface {
	Format
	// Typed reports whether they have.
	Typed() bool
}

func typed(f Format) bool {
	t, ok := f.(TypedFormat)
	return ok && t.Typed()
}

// exact is the largest magnitude up to which a float64 holds every whole number.
const exact = 1 << 53

// join returns the type of a column that holds cells of both types.
func (t Type) join(other Type) Type {
	switch {
	case t == other || other == TypeUnknown:
		return t
	case t == TypeUnknown:
		return other
	case t == TypeInt64 && other == TypeDouble || t == TypeDouble && other == TypeInt64:
		return TypeDouble
	default:
		return TypeText
	}
}

// typeOf returns the narrowest type of a property. A whole number beyond 64 bits is text, as no other type holds it.
func typeOf(property json.RawMessage) Type {
	property = bytes.TrimSpace(property)
	if len(property) == 0 {
		return TypeUnknown
	}
	switch c := property[0]; {
	case string(property) == "null":
		return TypeUnknown
	case c == 't' || c == 'f':
		return TypeBoolean
	case c != '-' && (c < '0' || c > '9'):
		return TypeText
	}
	text := string(property)
	if text != "-0" && !bytes.ContainsAny(property, ".eE") {
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return TypeText
		}
		return TypeInt64
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil { // 1e400
		return TypeText
	}
	return TypeDouble
}

// A KeptType is what the values of a kept property have in common.
type KeptType struct {
	Type  Type `json:"type"`
	Large bool `json:"large,omitempty"` // one of them is a whole number that no float64 holds
}

func (k *KeptType) see(property json.RawMessage) {
	t := typeOf(property)
	k.join(KeptType{t, t == TypeInt64 && !isExact(property)})
}

// isExact reports whether a float64 holds a whole number.
func isExact(property json.RawMessage) bool {
	n, err := strconv.ParseInt(string(bytes.TrimSpace(property)), 10, 64)
	return err == nil && -exact <= n && n <= exact
}

func (k *KeptType) join(other KeptType) {
	k.Large = k.Large || other.Large
	k.Type = k.Type.join(other.Type)
	if k.Type == TypeDouble && k.Large {
		k.Type = TypeText
	}
}

// holds reports whether a cell of the type can hold the property.
func (t Type) holds(property json.RawMessage) bool {
	p := typeOf(property)
	if t == TypeUnknown {
		return p == TypeUnknown
	}
	if t == TypeDouble && p == TypeInt64 {
		return isExact(property)
	}
	return t.join(p) == t
}
