//go:build linux

// Command record makes the picture of a run that is killed and goes on: docs/images/resume.svg. It types into a real shell, on a
// terminal of its own, while a castest service takes its time over each answer, and draws what the terminal showed.
//
//	go run ./internal/record docs/images/resume.svg
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/castest"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: record FILE.svg")
	}
	frames, err := story(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], draw(frames), 0o666); err != nil {
		log.Fatal(err)
	}
}

const command = "cas extract catchments.geojson --id-field ID -d local_dem:elevation -o attributes.csv"

// story records the run: killed in the middle, the same command again, the table.
func story(ctx context.Context) ([]frame, error) {
	folder, err := os.MkdirTemp("", "cas-record-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(folder, "bin", "cas"), "github.com/community-attribute-service/cas-go/cmd/cas")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, "catchments.geojson"), catchments(), 0o666); err != nil {
		return nil, err
	}
	server := castest.NewServer(castest.WithLatency(30*time.Millisecond), castest.WithRecording(0))
	defer server.Close()

	s, err := openShell(ctx, folder, "CAS_URL="+server.URL(), "PATH="+filepath.Join(folder, "bin")+":"+os.Getenv("PATH"))
	if err != nil {
		return nil, err
	}
	defer s.close()
	for _, step := range []func() error{
		func() error { return s.enter(command) },
		func() error { return s.wait(`(?m)^ ([4-9]\d)%`) },
		s.kill,
		func() error { return s.wait(`\n\$ $`) },
		func() error { return s.enter("# kill -9: no time to save anything. The same command again:") },
		func() error { return s.enter(command) },
		func() error { return s.wait(`attributes\.csv: .*\n\$ $`) },
		func() error { return s.enter("cut -d, -f 1-4 attributes.csv | head -n 3; wc -l attributes.csv") },
		func() error { return s.wait(`\d attributes\.csv\n\$ $`) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s.recorded(), nil
}

// catchments are squares of some hundred metres over the elevation model of castest.
func catchments() []byte {
	const columns, rows, west, south, side = 100, 60, -84.40, 36.17, 0.003
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range columns * rows {
		x, y := west+side*float64(i%columns), south+1.4*side*float64(i/columns)
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"ID":"%04d"},"geometry":{"type":"Polygon","coordinates":[[[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f]]]}}`,
			i+1, x, y, x+side, y, x+side, y+side, x, y+side, x, y)
	}
	b.WriteString("]}\n")
	return []byte(b.String())
}
