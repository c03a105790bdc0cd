package main

import (
	"errors"
	"testing"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

func TestDescribe(t *testing.T) {
	server := castest.NewServer(castest.WithDatasets(castest.Constant(clay, cas.NumberValue(210))))
	defer server.Close()

	for _, test := range []struct {
		name     string
		lon, lat float64
		faults   []castest.Fault
		want     string
	}{
		{"a summit, by the elevation model of castest", -84.2308, 36.1983, nil, "1076 m high, 210 g/kg clay"},
		{"a place without coverage", -30, 0, nil, "of unknown height, 210 g/kg clay"},
		{"two failures that pass", -84.2308, 36.1983, []castest.Fault{{Status: 503}, {Drop: true}}, "1076 m high, 210 g/kg clay"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server.FailNext(test.faults...)
			client := server.Client(cas.WithRetry(cas.RetryPolicy{MinBackoff: 1})) // does not dawdle
			got, err := describe(t.Context(), client, test.lon, test.lat)
			if err != nil || got != test.want {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestDescribeWithoutAKey(t *testing.T) {
	server := castest.NewServer(castest.WithAPIKeys("secret"))
	defer server.Close()
	client := server.Client(cas.WithAPIKey(""))
	if _, err := describe(t.Context(), client, -84.2308, 36.1983); !errors.Is(err, cas.ErrUnauthorized) {
		t.Errorf("got %v; want ErrUnauthorized", err)
	}
	if n := len(server.Requests()); n != 1 {
		t.Errorf("%d requests; a refused key is not tried again", n)
	}
}
