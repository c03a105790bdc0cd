package castest

import (
	"context"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// docs are parsed bodies that keep their memory.
var docs = sync.Pool{New: func() any { return new(pyjson.Doc) }}

// answerBody decodes the body, which comes before rate limit and key, and then answers.
func (s *Server) answerBody(x *exchange, b []byte) reply {
	doc := docs.Get().(*pyjson.Doc)
	defer docs.Put(doc)
	var body pyjson.Value
	decoded := len(x.body) > 0 && isJSON(x.Header.Get("Content-Type"))
	if decoded {
		var err error
		if body, err = doc.Parse(x.body); err != nil {
			return badJSON(x.id, err)
		}
	}
	if answer, ok := s.admit(x); !ok {
		return answer
	}
	var v validator
	switch {
	case len(x.body) == 0:
		v.addNull("missing", inBody, fieldRequired)
	case !decoded:
		v.addText("model_attributes_type", inBody, wantObject, string(x.body), "")
	default:
		x.route.read(&v, body)
	}
	if v.found() {
		return v.answer(x.id)
	}
	if n := len(v.datasetIDs); n > maxDatasets {
		return overLimit(x.id, tooMany("Too many datasets", n, "", maxDatasets))
	}
	return x.route.extract(s, x, &v.extraction, b)
}

// isJSON reports whether a body of that type is decoded: any application type that is JSON, or ends so.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	subtype, application := strings.CutPrefix(mediaType, "application/")
	return application && (subtype == "json" || strings.HasSuffix(subtype, "+json"))
}

// badJSON is the answer to a body that json.loads refuses.
func badJSON(id string, err error) reply {
	var syntax *pyjson.SyntaxError
	if !errors.As(err, &syntax) {
		return undecodable()
	}
	detail := `[{"type":"json_invalid","loc":["body",` + strconv.Itoa(syntax.Pos) + `],"msg":"JSON decode error","input":{},"ctx":` +
		textContext("error", syntax.Msg) + `}]`
	return invalid(id, []byte(detail))
}

// extract answers for one geometry.
func (s *Server) extract(x *exchange, e *extraction, b []byte) reply {
	p, _ := locate(e.geometries[0], nil)
	if p.tooDeep() {
		return internalError(x.id)
	}
	if n := p.vertices(); n > maxVertices {
		return overLimit(x.id, tooComplex(n))
	}
	b, _, warnings := s.engine.plan(e).appendResponse(x.Context(), b, p)
	if warnings > 0 {
		s.metrics.failed(warnings)
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: b}
}

func tooComplex(n int) string {
	return tooMany("Geometry too complex", n, " vertices", maxVertices)
}

// appendResponse writes the answer for one geometry, and counts its results and warnings.
func (t *task) appendResponse(ctx context.Context, b []byte, p *place) (out []byte, results, warnings int) {
	started := time.Now()
	found, remarks := t.answers(ctx, p)
	b = appendText(b, `{"request_id":`, newID())
	b = hex.AppendEncode(append(b, `,"geometry_hash":"`...), p.hash[:])
	b = append(b, `","results":[`...)
	for i, r := range found {
		b = appendResult(comma(b, i), r)
	}
	b = appendWarnings(append(b, ']'), remarks)
	b = appendInt(append(b, `,"elapsed_ms":`...), time.Since(started).Milliseconds())
	return append(b, '}'), len(found), len(remarks)
}

// geometriesAtATime is how many geometries of a batch the service works on at a time.
const geometriesAtATime = 10

// extractBatch answers for many geometries.
func (s *Server) extractBatch(x *exchange, e *extraction, b []byte) reply {
	started, id := time.Now(), newID()
	t := s.engine.plan(e)
	workers := min(geometriesAtATime, len(e.geometries))
	if !t.waits() {
		workers = min(workers, runtime.GOMAXPROCS(0))
	}
	var (
		next, total atomic.Int64
		working     sync.WaitGroup
		texts       = make([]batchWorker, workers)
		parts       = make([][]byte, len(e.geometries)) // of the workers' texts
	)
	for w := range texts {
		working.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(e.geometries) || x.Context().Err() != nil {
					return
				}
				var results int
				parts[i], results = texts[w].answer(x.Context(), t, e, i, id)
				total.Add(int64(results))
			}
		})
	}
	working.Wait()

	b = appendText(b, `{"request_id":`, id)
	b = append(b, `,"responses":[`...)
	for i, part := range parts {
		b = append(comma(b, i), part...)
	}
	b = appendInt(append(b, `],"total_geometries":`...), int64(len(parts)))
	b = appendInt(append(b, `,"total_results":`...), total.Load())
	b = appendInt(append(b, `,"elapsed_ms":`...), time.Since(started).Milliseconds())
	return reply{status: http.StatusOK, contentType: jsonType, body: append(b, '}')}
}

// batchWorker keeps the memory of one worker on a batch.
type batchWorker struct {
	text    []byte // answers, one behind the other
	scratch []byte
}

// answer is the answer for the i-th geometry. One that breaks a limit is answered for inside the 200.
func (w *batchWorker) answer(ctx context.Context, t *task, e *extraction, i int, batchID string) (part []byte, results int) {
	var p *place
	p, w.scratch = locate(e.geometries[i], w.scratch)
	start := len(w.text)
	if n := p.vertices(); n > maxVertices || p.tooDeep() {
		message := tooComplex(n)
		if p.tooDeep() {
			message = "maximum recursion depth exceeded"
		}
		w.text = appendText(w.text, `{"request_id":`, batchID)
		w.text = append(w.text, `,"geometry_hash":"error","results":[]`...)
		w.text = append(appendWarnings(w.text, []string{message}), `,"elapsed_ms":0}`...)
	} else {
		w.text, results, _ = t.appendResponse(ctx, w.text, p)
	}
	return w.text[start:len(w.text):len(w.text)], results
}
