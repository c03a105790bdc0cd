package jsonread_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/jsonread"
)

// outline reads an object whose member "items" is an array, and gives every name with its value's text, every item's apart.
func outline(from io.Reader) (parts []string, err error) {
	s := jsonread.NewStream(context.Background(), from)
	defer s.Release()
	keep := func(r *jsonread.Reader) { parts = append(parts, string(r.Skip())) }
	if err := s.Open('{'); err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		name, ok, err := s.Name(n)
		if err != nil {
			return parts, err
		}
		if !ok {
			return parts, s.End()
		}
		parts = append(parts, name)
		if name != "items" {
			try := len(parts)
			if err := s.Value(func(r *jsonread.Reader) { parts = parts[:try]; keep(r) }); err != nil {
				return parts[:try], err
			}
			continue
		}
		if err := s.Open('['); err != nil {
			return parts, err
		}
		for i := 0; ; i++ {
			try := len(parts)
			ok, err := s.Item(i, func(r *jsonread.Reader) { parts = parts[:try]; keep(r) })
			if err != nil {
				return parts[:try], err
			}
			if !ok {
				break
			}
		}
	}
}

// However a text arrives, it is read the same.
func TestStreamArrival(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 30_000) // more than the window
	for _, c := range []struct {
		text string
		want []string
		err  string
	}{
		{`{}`, nil, ``},
		{" {\n} \n", nil, ``},
		{`{"a":1,"items":[],"b":null}`, []string{"a", "1", "items", "b", "null"}, ``},
		{`{"items":[1,-2.5e3,"x\"]",{"y":[1,"}"]},null,true]}`, []string{"items", "1", "-2.5e3", `"x\"]"`, `{"y":[1,"}"]}`, "null", "true"}, ``},
		{` { "it\u0065ms" : [ 1 , 2 ] , "a" : [ 1 , 2 ] } `, []string{"items", "1", "2", "a", "[ 1 , 2 ]"}, ``},
		{`{"items":["` + long + `","b"],"a":"` + long + `"}`, []string{"items", `"` + long + `"`, `"b"`, "a", `"` + long + `"`}, ``},
		{``, nil, `JSON: the text ends too early, at byte 0`},
		{`[]`, nil, `JSON: wants an object, at byte 0`},
		{`{"items":{}}`, []string{"items"}, `JSON: wants an array, at byte 9`},
		{`{"items":[1,2`, []string{"items", "1", "2"}, `/items/2: the text ends too early, at byte 13`},
		{`{"items":[1,[2 3]]}`, []string{"items", "1"}, `/items/1/0: invalid character '3' after array element (expecting ',' or ']'), at byte 15`},
		{`{"items":[1 2]}`, []string{"items", "1"}, `/items/1: a comma or ] is missing, at byte 12`},
		{`{"items":[1]"a":1}`, []string{"items", "1"}, `JSON: a comma or } is missing, at byte 12`},
		{`{"a":tru}`, []string{"a"}, `/a: neither a value nor true, at byte 5`},
		{`{"a":1}x`, []string{"a", "1"}, `JSON: text follows the JSON value, at byte 7`},
		{`{"a"`, nil, `JSON: the text ends too early, at byte 4`},
		{`{"a":1`, []string{"a", "1"}, `JSON: the text ends too early, at byte 6`},
		{`{"a":"x`, []string{"a"}, `/a: the text ends too early, at byte 7`},
		{`{"a" 1}`, nil, `JSON: a colon is missing, at byte 5`},
		{`{a:1}`, nil, `JSON: wants the name of a member, at byte 1`},
	} {
		for name, arriving := range map[string]func(io.Reader) io.Reader{
			"whole":          func(r io.Reader) io.Reader { return r },
			"byte by byte":   iotest.OneByteReader,
			"in halves":      iotest.HalfReader,
			"end with bytes": iotest.DataErrReader,
		} {
			got, err := outline(arriving(strings.NewReader(c.text)))
			context := fmt.Sprintf("%.60s, %s", c.text, name)
			if c.err == "" {
				require.NoError(t, err, context)
			} else {
				require.EqualError(t, err, c.err, context)
			}
			assert.Equal(t, c.want, got, context)
		}
	}
}

// A transfer that breaks off is told from a text that is wrong, and what arrived before is read first.
func TestStreamBreaksOff(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	text := `{"items":[1,2,{"a":`
	for _, arriving := range []func(io.Reader) io.Reader{
		func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader,
	} {
		got, err := outline(arriving(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))))
		require.ErrorIs(t, err, broken)
		assert.Equal(t, []string{"items", "1", "2"}, got)
	}
	_, err := outline(stuck{})
	require.ErrorIs(t, err, io.ErrNoProgress)
}

// stuck is a reader that never has anything.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// An item is given out as soon as it is there: what follows may depend on somebody having seen it.
func TestStreamDoesNotWait(t *testing.T) {
	t.Parallel()
	for _, item := range []string{`{"a":[1]}`, `"x"`, `[]`} {
		from, to := io.Pipe()
		seen := make(chan struct{})
		go func() {
			fmt.Fprint(to, `{"items":[`+item[:1])
			fmt.Fprint(to, item[1:])
			<-seen
			fmt.Fprint(to, `,`+item+`]}`)
			to.Close()
		}()
		s := jsonread.NewStream(context.Background(), from)
		require.NoError(t, s.Open('{'))
		_, ok, err := s.Name(0)
		require.True(t, ok)
		require.NoError(t, err)
		require.NoError(t, s.Open('['))
		for i := range 2 {
			ok, err := s.Item(i, func(r *jsonread.Reader) { r.Skip() })
			require.True(t, ok)
			require.NoError(t, err)
			if i == 0 {
				close(seen)
			}
		}
		s.Release()
	}
}

// FuzzStream compares a text that arrives in small pieces with the same one that arrives whole.
func FuzzStream(f *testing.F) {
	f.Add(`{"a":1,"items":[{"b":"c\""},[1,2],null]}`, 3)
	f.Add(`{"items":[1 2]}`, 1)
	f.Add(` {"\u"0`, 15)
	f.Add(`{"\ud83d\u"0`, 1)
	f.Add(` { "items" : [ "\u00e9" , -1e5 ] } x`, 2)
	f.Fuzz(func(t *testing.T, text string, size int) {
		want, wantErr := outline(strings.NewReader(text))
		got, err := outline(&pieces{text, max(size%16, 1)})
		require.Equal(t, want, got)
		var wantWrong, wrong *jsonread.Error // whose text may quote what follows, if that has arrived
		require.Equal(t, errors.As(wantErr, &wantWrong), errors.As(err, &wrong))
		if wrong != nil {
			require.Equal(t, wantWrong.Offset, wrong.Offset)
			require.Equal(t, wantWrong.Pointer, wrong.Pointer)
		}
	})
}

// pieces gives text in pieces of size bytes.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}
