package doctor

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// documentLimit bounds what the doctor reads of an answer; the document of service 0.4.0 has 40 kB.
const documentLimit = 4 << 20

var errTooLong = errors.New("the answer is longer than 4 MiB")

// ask makes one call within the doctor's patience, and remembers a 429.
func (e *examination) ask(ctx context.Context, patience time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, min(patience, e.timeout))
	defer cancel()
	e.calls++
	err := call(ctx)
	var refused *cas.Error
	if errors.As(err, &refused) && refused.StatusCode == http.StatusTooManyRequests {
		e.overLimit = true
		e.limited = max(e.limited, refused.RetryAfter)
	}
	return err
}

// failed records a check that an error ended. To be over the rate limit is no fault of the service's.
func (e *examination) failed(check string, err error) {
	if errors.Is(err, cas.ErrRateLimited) {
		e.found(check, Warn, "not examined, being over the rate limit")
		return
	}
	e.found(check, Fail, "%v", err)
}

// answer is what a plain GET gives: with no key and no client in between, and whatever status.
type answer struct {
	*http.Response
	body []byte
}

// get asks for a path below u. It follows no redirect: this transport knows none.
func (e *examination) get(ctx context.Context, u *url.URL) (answer, error) {
	var a answer
	err := e.ask(ctx, patience, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return err
		}
		request.Header.Set("User-Agent", "cas-cli doctor cas-go/"+cas.Version())
		a.Response, err = e.transport.RoundTrip(request)
		if err != nil {
			return err
		}
		defer a.Body.Close()
		a.body, err = io.ReadAll(io.LimitReader(a.Body, documentLimit+1))
		if err == nil && len(a.body) > documentLimit {
			err = errTooLong
		}
		return err
	})
	return a, err
}
