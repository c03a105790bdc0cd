package cas

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestABodyIsReadFromItsStartByEveryAttempt(t *testing.T) {
	t.Parallel()
	for _, parts := range []net.Buffers{
		{[]byte("some request")},
		{[]byte("some "), []byte("request")},
		{[]byte(strings.Repeat("some request ", 1000))},
		{[]byte("some "), []byte(strings.Repeat("long ", 1000)), nil, []byte("request")},
	} {
		text := string(slices.Concat(parts...))
		c, err := NewClient("http://127.0.0.1/")
		require.NoError(t, err)
		r := c.core.complete(t.Context(), c.core.batch, &requestBody{parts: parts}, &callConfig{})
		assert.EqualValues(t, len(text), r.ContentLength)
		again, err := r.GetBody()
		require.NoError(t, err)
		for _, reader := range []io.ReadCloser{r.Body, again} {
			got, err := io.ReadAll(reader)
			require.NoError(t, err)
			assert.Equal(t, text, string(got))
			require.NoError(t, reader.Close())
		}
	}
}
