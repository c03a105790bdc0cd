package cas

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRequestBodyOutlivesItsReaders(t *testing.T) {
	t.Parallel()
	body := newRequestBody()
	body.text = append(body.text, "some request"...)
	first, err := body.open()
	require.NoError(t, err)
	second, err := body.open()
	require.NoError(t, err)
	require.NoError(t, iotest.TestReader(second, []byte("some request")))
	require.NoError(t, second.Close())
	require.NoError(t, second.Close(), "closing twice takes one user away, not two")
	body.release()
	assert.NotNil(t, body.text, "the first reader may still read")
	text, err := io.ReadAll(first)
	require.NoError(t, err)
	assert.Equal(t, "some request", string(text))

	require.NoError(t, first.Close())
	assert.Nil(t, body.text, "the bytes are another request's now")
	_, err = first.Read(make([]byte, 1))
	require.Error(t, err)
	_, err = body.open()
	require.Error(t, err, "a rewind after the end of the call")
}

// closer is a writer that meanwhile ends everything else.
type closer struct {
	t    *testing.T
	body *requestBody
	from io.Closer
	got  string
}

func (c *closer) Write(p []byte) (int, error) {
	require.NoError(c.t, c.from.Close())
	c.body.release()
	assert.NotNil(c.t, c.body.text, "the bytes are being written")
	c.got += string(p)
	return len(p), nil
}

func TestRequestBodyOutlivesItsWriting(t *testing.T) {
	t.Parallel()
	body := newRequestBody()
	body.text = append(body.text, "some request"...)
	from, err := body.open()
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, from, 5)
	require.NoError(t, err)
	w := &closer{t: t, body: body, from: from}
	n, err := io.Copy(w, from)
	require.NoError(t, err)
	assert.EqualValues(t, len("request"), n)
	assert.Equal(t, "request", w.got)
	assert.Nil(t, body.text, "the bytes are another request's now")
	_, err = io.Copy(w, from)
	require.ErrorIs(t, err, http.ErrBodyReadAfterClose)
}

// doer keeps the request that it is given.
type doer struct{ asked *http.Request }

func (d *doer) Do(r *http.Request) (*http.Response, error) {
	d.asked = r
	return nil, io.EOF
}

func TestRequestBodyIsSentWithARequestLikeThePreparedOne(t *testing.T) {
	t.Parallel()
	like, err := http.NewRequest(http.MethodPost, "http://127.0.0.1/path", nil)
	require.NoError(t, err)
	like.Header.Set("Content-Type", jsonType)
	for _, text := range []string{"some request", strings.Repeat("some request ", 1000)} {
		body, err := encode(func(b []byte) ([]byte, error) { return append(b, text...), nil })
		require.NoError(t, err)
		var to doer
		var noted *http.Request
		_, err = body.send(t.Context(), &to, like, func(_ context.Context, r *http.Request) error {
			noted = r
			return nil
		})
		require.ErrorIs(t, err, io.EOF)
		assert.Same(t, noted, to.asked)
		assert.Equal(t, like.Header, to.asked.Header)
		assert.Equal(t, like.URL, to.asked.URL)
		assert.Nil(t, like.Body)
		assert.EqualValues(t, len(text), to.asked.ContentLength)
		again, err := to.asked.GetBody()
		require.NoError(t, err)
		body.release()
		for _, reader := range []io.ReadCloser{to.asked.Body, again} {
			got, err := io.ReadAll(reader)
			require.NoError(t, err)
			assert.Equal(t, text, string(got))
			require.NoError(t, reader.Close())
		}
	}
}
