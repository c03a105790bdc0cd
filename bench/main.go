// Command bench measures this client beside three others, on the same work in the same run: the Python SDK of CAS, a naive client in
// Go (package naive) and a reader that throws the answers away, which is the limit. Reading files is measured beside GDAL.
//
//	go run ./bench -python .venv/service-0.4.0/bin/python -judges .venv/judges/bin/python
//
// Every measurement is a process of its own, so that its CPU time and peak memory are the client's alone. The service under them
// answers from memory (package service). Clients take turns within a case, and cases within a round; what counts is the median over the
// rounds of ratios of neighbours, for machines are never as quiet as one thinks.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/community-attribute-service/cas-go/bench/service"
)

func main() {
	var err error
	switch {
	case len(os.Args) > 1 && os.Args[1] == "serve":
		err = serve()
	case len(os.Args) > 1 && os.Args[1] == "client":
		err = runClient(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "read":
		err = runRead(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "table":
		err = runNaiveTable(os.Args[2:])
	default:
		err = compare()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// serve runs the service, and tells its address on standard output.
func serve() error {
	listener, err := listen()
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	return http.Serve(listener, service.Handler())
}

// compare runs all cases by all clients and writes what came out.
func compare() error {
	var c comparison
	flag.StringVar(&c.python, "python", ".venv/service-0.4.0/bin/python", "the `program` of a Python environment with the SDK; \"\" leaves it out")
	flag.StringVar(&c.judges, "judges", ".venv/judges/bin/python", "the `program` of a Python environment with GeoPandas, for the case files")
	flag.IntVar(&c.rounds, "rounds", 5, "how often everything is run")
	flag.Float64Var(&c.seconds, "seconds", 0.7, "how long a client repeats a case in a round")
	flag.StringVar(&c.out, "o", "bench/RESULTS.md", "the `file` to write; \"\" prints alone")
	only := flag.String("cases", "", "the cases to run, comma-separated (default all): "+strings.Join(caseNames(), " "))
	flag.Parse()
	if *only != "" {
		c.only = strings.Split(*only, ",")
	}
	c.command = "go run ./bench " + strings.Join(os.Args[1:], " ")
	return c.run()
}
