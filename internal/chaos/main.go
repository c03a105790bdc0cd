package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/local"
)

type settings struct {
	python, app string
	scripts     int
	seed        uint64
	features    int
	verbose     bool
}

func main() {
	var s settings
	flag.StringVar(&s.python, "python", ".venv/service-0.4.0/bin/python", "interpreter that has the service")
	flag.StringVar(&s.app, "app", "internal/contract/service/app.py:create", "the service with a local provider")
	flag.IntVar(&s.scripts, "scripts", 50, "how many")
	flag.Uint64Var(&s.seed, "seed", 1, "of the first script; each has the next one")
	flag.IntVar(&s.features, "features", 400, "of the input")
	flag.BoolVar(&s.verbose, "v", false, "show what cas says")
	flag.Parse()
	if err := chaos(context.Background(), s, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// chaos performs the scripts and reports. An error is what must not be.
func chaos(ctx context.Context, s settings, out io.Writer) error {
	folder, err := os.MkdirTemp("", "cas-chaos-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	w := &world{cas: filepath.Join(folder, "cas"), folder: folder, input: filepath.Join(folder, "plots.geojson"), log: io.Discard}
	w.config = local.Config{Python: s.python, App: s.app}
	if s.verbose {
		w.log = os.Stderr
	}
	build := exec.Command("go", "build", "-o", w.cas, "github.com/community-attribute-service/cas-go/cmd/cas")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	geometries := make([]string, s.features)
	if err := os.WriteFile(w.input, plots(geometries), 0o666); err != nil {
		return err
	}
	w.proxy = newProxy()
	defer w.proxy.server.Close()
	if err := w.start(ctx); err != nil {
		return err
	}
	defer func() { _ = w.live.Close() }()

	undisturbed := filepath.Join(folder, "undisturbed.csv")
	if _, _, err := w.perform(ctx, script{}, undisturbed); err != nil {
		return err
	}
	want, err := os.ReadFile(undisturbed)
	if err != nil {
		return err
	}
	begun := time.Now()
	poisoned, asked := 0, 0
	var problems []string
	for i := range s.scripts {
		script := newScript(s.seed+uint64(i), s.features)
		poison := map[string]bool{}
		for _, p := range script.poison {
			poison[geometries[p]] = true
		}
		poisoned += len(poison)
		w.proxy.begin(poison)
		table := filepath.Join(folder, fmt.Sprintf("script%d.csv", script.seed))
		lost, code, err := w.perform(ctx, script, table)
		if err == nil {
			err = compare(want, table, code, script.poison)
		}
		again := w.proxy.again(lost)
		asked += again
		if again > 0 && err == nil {
			err = fmt.Errorf("%d features were asked for again", again)
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("script %d: %v", script.seed, err))
			fmt.Fprintln(out, problems[len(problems)-1])
		}
	}
	fmt.Fprintf(out, "%d scripts over %d features in %s: %d with a difference, %d features asked for again, %d poisoned\n",
		s.scripts, s.features, time.Since(begun).Round(time.Second), len(problems), asked, poisoned)
	for _, what := range slices.Sorted(maps.Keys(w.proxy.counts)) {
		fmt.Fprintf(out, "  %5d  %s\n", w.proxy.counts[what], what)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d scripts went wrong:\n  %s", len(problems), strings.Join(problems, "\n  "))
	}
	return nil
}

// compare tells in what a table differs from the undisturbed one, but for the features that failed for good, which have to be the failures.
func compare(want []byte, table string, code int, poison []int) error {
	got, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	failures, err := os.ReadFile(strings.TrimSuffix(table, ".csv") + ".errors.csv")
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(failures)).ReadAll()
	if err != nil {
		return err
	}
	if len(rows)-1 != len(poison) {
		return fmt.Errorf("%d features failed, not %d: %s", len(rows)-1, len(poison), failures)
	}
	if (code == 3) != (len(poison) > 0) {
		return fmt.Errorf("exit code %d", code)
	}
	a, b := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	if len(a) != len(b) {
		return fmt.Errorf("%d lines, not %d", len(b), len(a))
	}
	for i := range a {
		if slices.Contains(poison, i-1) {
			continue
		}
		if !bytes.Equal(a[i], b[i]) {
			return fmt.Errorf("line %d is %q, not %q", i+1, b[i], a[i])
		}
	}
	return nil
}

// plots is a collection of small polygons over the elevation model of the service's local provider, and fills in their texts.
func plots(geometries []string) []byte {
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	columns := int(math.Ceil(math.Sqrt(float64(len(geometries)))))
	for i := range geometries {
		lon, lat := -84.40+0.3*float64(i%columns)/float64(columns), 36.18+0.24*float64(i/columns)/float64(columns)
		const side = 0.006
		geometries[i] = fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%.5f,%.5f],[%.5f,%.5f],[%.5f,%.5f],[%.5f,%.5f]]]}`,
			lon, lat, lon+side, lat, lon+side/2, lat+side, lon, lat)
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n"+`{"type":"Feature","properties":{"ID":%d,"NAME":"plot %d"},"geometry":%s}`, 7_120_000_000+int64(i), i, geometries[i])
	}
	b.WriteString("\n]}\n")
	return b.Bytes()
}
