// Command take renews catalog/snapshot.json from the real service, which it starts on loopback:
//
//	go run ./catalog/internal/take -python .venv/service-0.4.0/bin/python catalog/snapshot.json
//
// A file that holds the same catalog already stays as it is, day included.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/catalog/internal/snapshot"
	"github.com/community-attribute-service/cas-go/local"
)

func main() {
	python := flag.String("python", "python3", "the `interpreter` that has community-attribute-service[api] installed")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: take [-python interpreter] snapshot.json")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := renew(ctx, *python, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "take:", err)
		os.Exit(1)
	}
	fmt.Println(report)
}

// renew takes the snapshot, stores it, and says what it did.
func renew(ctx context.Context, python, file string) (report string, err error) {
	now, err := take(ctx, python)
	if err != nil {
		return "", err
	}
	return store(now, file)
}

// store writes the snapshot to the file unless that holds the same catalog.
func store(now *snapshot.Snapshot, file string) (report string, err error) {
	counts := fmt.Sprintf("%d providers and %d datasets of the service %s", len(now.Providers), len(now.Datasets), now.ServiceVersion)
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if old, err := snapshot.Parse(before); err == nil && old.SameCatalog(now) {
		return fmt.Sprintf("%s: %s, unchanged since %s", file, counts, old.Taken), nil
	}
	if err := os.WriteFile(file, now.Format(), 0o644); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s, written", file, counts), nil
}

// take runs the plain service and reads its catalog.
func take(ctx context.Context, python string) (taken *snapshot.Snapshot, err error) {
	for _, entry := range os.Environ() { // the service as published, whatever the shell has set for another one
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "CAS_") {
			os.Unsetenv(name)
		}
	}
	version, err := serviceVersion(ctx, python)
	if err != nil {
		return nil, err
	}
	service, err := local.Start(ctx, local.Config{Python: python})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	client, err := service.Client()
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return snapshot.Take(ctx, client, version, time.Now())
}

// serviceVersion asks the interpreter for the version of the package that it would run.
func serviceVersion(ctx context.Context, python string) (string, error) {
	const program = "from importlib.metadata import version; print(version('community-attribute-service'))"
	out, err := exec.CommandContext(ctx, python, "-c", program).Output()
	if err != nil {
		return "", fmt.Errorf("%s does not know the version of the service (%w); install it there, or name another one with -python", python, err)
	}
	return strings.TrimSpace(string(out)), nil
}
