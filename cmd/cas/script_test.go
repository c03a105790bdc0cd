package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

// TestMain makes this test binary the command cas when a script runs it.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"cas": main}) }

// TestScripts runs testdata/script: each script has a castest service of its own at $CAS_URL, and a cache of its own. Beside the commands
// of testscript there are
//
//	serve NAME KIND [ARG]   start another server, see servers; its URL is in $NAME
//	samemeta A B            the descriptions A and B are the same, but for who was asked when
//	samefailures A B        the lists of failures A and B are the same, but for who was asked when
//	exits CODE cas …        run cas and expect this exit code; stdout and stderr match what it said, as after exec
func TestScripts(t *testing.T) {
	document, err := filepath.Abs("../../internal/contract/testdata/service-openapi-0.4.0.json") // as the real service shows it
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			server := castest.NewServer()
			env.Defer(server.Close)
			env.Setenv("CAS_URL", server.URL())
			env.Setenv("DOCUMENT", document)
			for _, place := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} { // of os.UserCacheDir, by system
				env.Setenv(place, env.WorkDir+"/cache")
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "exits": exits, "samemeta": sameMeta, "samefailures": sameFailures},
	})
}

// servers are the kinds of server that a script can start. ARG is "" where it gives none.
var servers = map[string]func(ts *testscript.TestScript, arg string) string{
	"keys": func(ts *testscript.TestScript, key string) string { return castestURL(ts, castest.WithAPIKeys(key)) },
	// failing lists a dataset that has no result, local_dem:fail.
	"failing": func(ts *testscript.TestScript, _ string) string {
		return castestURL(ts, castest.WithDatasets(castest.Dataset{
			Dataset: cas.Dataset{ID: "local_dem:fail"},
			Answer: func(context.Context, castest.Query) (cas.AttributeResult, error) {
				return cas.AttributeResult{}, castest.ProviderError("upstream returned HTTP 503")
			},
		}))
	},
	"rate": func(ts *testscript.TestScript, perMinute string) string {
		n, err := strconv.Atoi(perMinute)
		ts.Check(err)
		return castestURL(ts, castest.WithRateLimit(n))
	},
}

func castestURL(ts *testscript.TestScript, options ...castest.Option) string {
	server := castest.NewServer(options...)
	ts.Defer(server.Close)
	return server.URL()
}

func handlerURL(ts *testscript.TestScript, start func(http.Handler) *httptest.Server, handler http.HandlerFunc) string {
	server := start(handler)
	ts.Defer(server.Close)
	return server.URL
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: serve NAME KIND [ARG]")
	}
	start := servers[args[1]]
	if start == nil {
		ts.Fatalf("no kind of server is called %s", args[1])
	}
	ts.Setenv(args[0], start(ts, append(args, "")[2]))
}

func sameMeta(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samemeta A B")
	}
	a, err := withoutSessions([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	b, err := withoutSessions([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	if a != b {
		ts.Fatalf("%s is not as %s:\n%s\n%s", args[0], args[1], a, b)
	}
}

func sameFailures(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samefailures A B")
	}
	a, err := withoutTimes([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	b, err := withoutTimes([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	if !reflect.DeepEqual(a, b) {
		ts.Fatalf("%s and %s differ: %q, %q", args[0], args[1], a, b)
	}
}

// withoutTimes is a list of failures without its columns service and time.
func withoutTimes(failures []byte) ([][]string, error) {
	rows, err := csv.NewReader(bytes.NewReader(failures)).ReadAll()
	for i, row := range rows {
		rows[i] = row[:3]
	}
	return rows, err
}

// withoutSessions is a description without what depends on when and how often its run was interrupted.
func withoutSessions(meta []byte) (string, error) {
	var m map[string]any
	if err := json.Unmarshal(meta, &m); err != nil {
		return "", err
	}
	delete(m, "sessions")
	text, err := json.MarshalIndent(m, "", " ")
	return string(text), err
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS...]")
	}
	code := exitOK
	err := ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got := strconv.Itoa(code); got != args[0] {
		ts.Fatalf("exit code %s, not %s", got, args[0])
	}
}
