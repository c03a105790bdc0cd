// Command cas asks CAS, the Community Attribute Service, from a shell: the attributes of a point, a polygon or a whole table of
// catchments, and the catalog of what can be asked.
//
//	cas extract -g '{"type":"Point","coordinates":[-84.2308,36.1983]}' -d copernicus_dem:elevation --url https://cas.example.com
//
// The service is named by --url or CAS_URL, its key by CAS_API_KEY. Results go to standard output, all else to standard error.
//
// Exit codes: 0 all well; 1 the run failed; 2 the command was not understood; 3 some features or datasets failed, the others are there.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	stops := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // which nohup has it be
		stops = append(stops, syscall.SIGHUP) // the terminal was closed
	}
	ctx, stop := signal.NotifyContext(context.Background(), stops...)
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}
