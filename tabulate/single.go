package tabulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/community-attribute-service/cas-go/features/geojson"
)

// Single reports whether an input is one geometry or one Feature by itself, and gives its text. What is a collection or a sequence,
// even of one feature, is not, nor is what comes compressed. The input can be used afterwards as if it had not been looked at.
// An error is one of reading, or [cas.ErrInvalidRequest] with what the text is in place of JSON; what else is wrong with JSON is for
// the client to refuse.
func Single(ctx context.Context, in *Input) (text []byte, single bool, err error) {
	r, err := in.start(ctx)
	if err != nil {
		return nil, false, err
	}
	var head bytes.Buffer
	features := 0
	var broken error
	for _, err := range geojson.Read(io.TeeReader(r, &head), geojson.Options{Keep: []string{}}) {
		if broken = err; err != nil {
			break
		}
		if features++; features == 2 {
			break
		}
	}
	if in.open == nil {
		in.stream = io.MultiReader(bytes.NewReader(head.Bytes()), r)
	} else {
		defer r.Close()
	}
	if features == 2 {
		return nil, false, nil
	}
	rest, err := io.ReadAll(r)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, in.wrap(err)
	}
	text = append(head.Bytes(), rest...)
	if in.open == nil {
		in.stream = bytes.NewReader(text)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var object struct {
		Type string `json:"type"`
	}
	switch malformed := json.Unmarshal(text, &object) != nil; {
	case malformed && features == 0 && broken != nil:
		return nil, false, invalid{in.wrap(broken)}
	case malformed:
		return text, features == 0, nil
	}
	return text, object.Type != "FeatureCollection", nil
}
