package cas

import (
	"io"
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
