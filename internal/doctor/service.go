package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// health checks that what answers is the service, and looks for it nearby if not.
func (e *examination) health(ctx context.Context) bool {
	var h *cas.Health
	err := e.ask(ctx, patience, func(ctx context.Context) (err error) {
		h, err = e.client.Health(ctx)
		return err
	})
	switch {
	case err == nil && h.Status == "ok":
		e.found("health", OK, "alive, %d providers registered", h.ProvidersRegistered)
		return true
	case err == nil:
		e.found("health", Warn, "the service says %q; %d providers registered", h.Status, h.ProvidersRegistered)
		return true
	case errors.Is(err, cas.ErrRedirect):
		e.found("health", Fail, "%v%s", err, e.redirectAdvice(ctx))
	default:
		e.found("health", Fail, "%v%s", err, e.prefixAdvice(ctx))
	}
	return false
}

// redirectAdvice tells which --url would not be redirected.
func (e *examination) redirectAdvice(ctx context.Context) string {
	a, err := e.get(ctx, e.base.JoinPath("health"))
	if err != nil {
		return ""
	}
	to, err := a.Request.URL.Parse(a.Header.Get("Location"))
	if err != nil {
		return ""
	}
	base, isHealth := strings.CutSuffix(strings.TrimRight(to.Path, "/"), "/health")
	if !isHealth {
		return "; perhaps a login stands in front of the service"
	}
	return "; use --url " + (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: base}).String()
}

// prefixAdvice looks for the service above the path that --url has: .../api/v1 is a mistake easily made.
func (e *examination) prefixAdvice(ctx context.Context) string {
	for up, n := *e.base, 0; n < 4 && strings.Trim(up.Path, "/") != ""; n++ {
		up.Path, up.RawPath = path.Dir(strings.TrimRight(up.Path, "/")), ""
		a, err := e.get(ctx, up.JoinPath("health"))
		var h cas.Health
		if err == nil && a.StatusCode == 200 && json.Unmarshal(a.body, &h) == nil && h.Status != "" {
			up.Path = strings.TrimRight(up.Path, "/")
			return "; the service is at --url " + up.String()
		}
	}
	return "; is the path in --url the service's own?"
}

// redirects looks at the one redirect that the service makes, from a path with a slash at its end: it shows which address the service
// believes it has. A proxy that does not tell it scheme, host or prefix makes it point elsewhere.
func (e *examination) redirects(ctx context.Context) {
	asked := e.base.JoinPath("api/v1/providers/")
	a, err := e.get(ctx, asked)
	if err != nil {
		e.failed("redirects", err)
		return
	}
	if a.StatusCode/100 != 3 {
		e.found("redirects", OK, "none (a slash too many is answered with %d)", a.StatusCode)
		return
	}
	to, err := asked.Parse(a.Header.Get("Location"))
	want := strings.TrimRight(asked.String(), "/")
	if err != nil || to.String() != want {
		e.found("redirects", Warn,
			"a slash too many leads to %.200q, not to %s: the proxy hides scheme, host or prefix from the service; this client follows none", a.Header.Get("Location"), want)
		return
	}
	e.found("redirects", OK, "a slash too many leads to the same address; this client follows none")
}

// auth checks whether a key is needed, and taken; it reports whether the catalog may be read.
func (e *examination) auth(ctx context.Context) bool {
	list := func(client *cas.Client) error {
		return e.ask(ctx, e.timeout, func(ctx context.Context) error {
			_, err := client.Providers(ctx, cas.Page{Limit: 1})
			return err
		})
	}
	err := list(e.stranger)
	switch {
	case err == nil && e.key == "":
		e.found("auth", OK, "no key is needed")
		return true
	case err == nil:
		e.found("auth", OK, "no key is needed; the one in CAS_API_KEY is not looked at")
		return true
	case !errors.Is(err, cas.ErrUnauthorized):
		e.failed("auth", err)
		return false
	case e.key == "":
		e.found("auth", Fail, "a key is needed: set CAS_API_KEY")
		return false
	}
	err = list(e.client)
	switch {
	case err == nil:
		e.found("auth", OK, "a key is needed, and the one in CAS_API_KEY is accepted")
	case errors.Is(err, cas.ErrUnauthorized):
		e.found("auth", Fail, "a key is needed, and the one in CAS_API_KEY is refused")
	default:
		e.failed("auth", err)
	}
	return err == nil
}

// A service that takes longer than slow for its health has no worker free, or is far away.
const (
	latencyCalls = 5
	slow         = time.Second
)

func (e *examination) latency(ctx context.Context) {
	var took []time.Duration
	for range latencyCalls {
		start := time.Now()
		err := e.ask(ctx, patience, func(ctx context.Context) error {
			_, err := e.client.Health(ctx)
			return err
		})
		if err != nil {
			e.failed("latency", err)
			return
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	s, median := OK, took[len(took)/2]
	if median > slow {
		s = Warn
	}
	e.found("latency", s, "median %s of %d health calls, %s to %s", short(median), len(took), short(took[0]), short(took[len(took)-1]))
}

// limits tells what was seen of the service's limits, which it names only when one is passed.
func (e *examination) limits() {
	if e.overLimit {
		e.found("limits", Warn, "over the rate limit within %d calls, for %s: use --requests-per-minute", e.calls, e.limited)
		return
	}
	e.found("limits", OK, "no 429 in %d calls; the service tells its limits (requests a minute, datasets a request, vertices a geometry) only to those who pass them",
		e.calls)
}
