package cas_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// stamped is a transport of a program's own, which signs what it sends.
type stamped struct{ http.RoundTripper }

func (t stamped) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Stamp", "signed")
	return t.RoundTripper.RoundTrip(r)
}

// A client behind a gateway: its address and key come from the environment, a token goes with every request, a trace with each call. What
// the other side echoes of the token is cut out, as of the key.
func ExampleNewClientFromEnvironment() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Seen", fmt.Sprint(r.Header["Authorization"], r.Header["Traceparent"], r.Header["X-Stamp"]))
		fmt.Fprint(w, `{"status":"ok"}`)
	}))
	defer service.Close()
	os.Setenv("CAS_URL", service.URL)
	defer os.Unsetenv("CAS_URL")

	transport := cas.NewTransport()
	defer transport.CloseIdleConnections()
	client, err := cas.NewClientFromEnvironment(
		cas.WithHeader("Authorization", "Bearer token"),
		cas.WithHTTPClient(&http.Client{Transport: stamped{transport}}),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	var info cas.ResponseInfo
	health, err := client.Health(context.Background(),
		cas.WithHeader("Traceparent", "00-1-2-01"),
		cas.WithCallTimeout(2*time.Second),
		cas.WithCallRetry(cas.RetryPolicy{MaxAttempts: 1}),
		cas.WithResponseInfo(&info))
	fmt.Println(health.Status, err, info.Header.Get("X-Seen"))
	// Output:
	// ok <nil> [[redacted]] [00-1-2-01] [signed]
}
