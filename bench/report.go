package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report writes the tables.
func (c *comparison) report(started time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Side by side\n\n`%s`, %s, %d rounds in %s.\n\n", strings.TrimSpace(c.command), started.UTC().Format("2006-01-02 15:04 MST"),
		c.rounds, time.Since(started).Round(time.Second))
	fmt.Fprintf(&b, "%s\n\n", machine(c.python))
	b.WriteString("Medians over the rounds. CPU, allocations and peak memory are those of the client's process; every client visited every result, " +
		"and all sums agreed. Ratios are of neighbours in one round: median, and in brackets the least and the greatest.\n")
	for _, bc := range chosen(c.only) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", bc.name, bc.about)
		c.measured(&b, bc)
	}
	b.WriteString("\n## Ratios\n\n| case | ratio | wanted | measured | |\n|---|---|---|---|---|\n")
	for _, bc := range chosen(c.only) {
		c.ratios(&b, bc)
	}
	fmt.Print(b.String())
	if c.out == "" {
		return nil
	}
	return os.WriteFile(c.out, []byte(b.String()), 0o644)
}

// measured shows what the clients needed for one case.
func (c *comparison) measured(b *strings.Builder, bc benchCase) {
	b.WriteString("| client | wall per call | calls a second | CPU per call | CPU s per million results | allocations per result | peak MB |\n|---|---|---|---|---|---|---|\n")
	for _, client := range bc.clients {
		samples := c.samples[bc.name][client]
		if len(samples) == 0 {
			continue
		}
		mid := func(of func(sample) float64) float64 { return middle(each(samples, of)) }
		perMillion, mallocs := "–", "–"
		if bc.name != "catalog" && bc.name != "cold" {
			perMillion = fmt.Sprintf("%.2f", 1e6*mid(perResult.of))
		}
		if samples[0].Mallocs > 0 {
			mallocs = fmt.Sprintf("%.2f", mid(allocations.of))
		}
		fmt.Fprintf(b, "| %s | %.3f ms | %.0f | %.3f ms | %s | %s | %.0f |\n", client, 1e3*mid(wall.of), mid(rate.of), 1e3*mid(cpu.of), perMillion, mallocs,
			mid(peak.of))
	}
}

// ratios holds what was measured against what is wanted.
func (c *comparison) ratios(b *strings.Builder, bc benchCase) {
	for _, t := range bc.targets {
		got := c.ratio(bc.name, t)
		if len(got) == 0 {
			continue
		}
		name := fmt.Sprintf("%s, %s / %s", t.measure.name, t.of, t.to)
		if t.to == "" {
			name = fmt.Sprintf("%s, %s", t.measure.name, t.of)
		}
		wanted, met := "at most", middle(got) <= t.limit
		if !t.most {
			wanted, met = "at least", middle(got) >= t.limit
		}
		verdict := "missed"
		if met {
			verdict = "met"
		}
		fmt.Fprintf(b, "| %s | %s | %s %s | %s (%s to %s) | %s |\n", bc.name, name, wanted, fraction(t.limit), fraction(middle(got)),
			fraction(slices.Min(got)), fraction(slices.Max(got)), verdict)
	}
}

// ratio gives a target's ratio in every round.
func (c *comparison) ratio(name string, t target) (list []float64) {
	of, to := c.samples[name][t.of], c.samples[name][t.to]
	if t.to == "" {
		return each(of, t.measure.of)
	}
	for i := range min(len(of), len(to)) {
		list = append(list, t.measure.compare(of[i], to[i]))
	}
	return list
}

// fraction writes what is below 0.5 as 1/n.
func fraction(f float64) string {
	if f > 0 && f < 0.5 {
		return fmt.Sprintf("1/%.1f", 1/f)
	}
	return fmt.Sprintf("%.2f", f)
}

func each(samples []sample, of func(sample) float64) (list []float64) {
	for _, s := range samples {
		list = append(list, of(s))
	}
	return list
}

func middle(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}

// machine says where this was measured.
func machine(python string) string {
	parts := []string{fmt.Sprintf("%s/%s, %d CPUs", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()), runtime.Version()}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		_, after, _ := strings.Cut(string(text), "model name")
		model, _, _ := strings.Cut(after, "\n")
		parts = append(parts, strings.Trim(model, "\t: "))
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		parts = append(parts, "load at the end "+strings.Join(strings.Fields(string(text))[:3], " "))
	}
	if python != "" {
		out, err := exec.Command(python, "--version").Output()
		parts = append(parts, cmp.Or(strings.TrimSpace(string(out)), fmt.Sprint(err)))
	}
	return strings.Join(parts, "; ") + "."
}
