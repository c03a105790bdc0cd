package table

import (
	"io"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table/internal/csvtext"
)

// failureWriter writes the list of what failed: a CSV of id, dataset (empty where the whole feature failed) and reason.
// A reason is what was said on one line, so that a line is a failure also to programs that know no quotes.
type failureWriter struct{ lines }

func newFailureWriter(w io.Writer) *failureWriter {
	return &failureWriter{lines{w: w, buf: []byte("id,dataset,reason\n")}}
}

func (f *failureWriter) write(id string, failures []cas.DatasetFailure) error {
	for _, failure := range failures {
		f.buf = append(csvtext.Append(f.buf, id), ',')
		f.buf = append(csvtext.Append(f.buf, failure.DatasetID), ',')
		f.buf = append(csvtext.Append(f.buf, oneLine(failure.Reason)), '\n')
	}
	return f.commit()
}

// oneLine makes one blank of every run of white space in a text of several lines.
func oneLine(text string) string {
	if !strings.ContainsAny(text, "\n\r") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}
