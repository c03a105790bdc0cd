package main

import (
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/community-attribute-service/cas-go/castest"
)

func init() {
	// stops N answers N extractions, and refuses the key of all further ones.
	servers["stops"] = func(ts *testscript.TestScript, arg string) string {
		n, err := strconv.ParseInt(arg, 10, 64)
		ts.Check(err)
		server := castest.NewServer()
		ts.Defer(server.Close)
		var asked atomic.Int64
		server.FailWith(func(r *http.Request) *castest.Fault {
			if r.Method == http.MethodPost && asked.Add(1) > n {
				return &castest.Fault{Status: http.StatusUnauthorized}
			}
			return nil
		})
		return server.URL()
	}
}
