package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/local"
)

// What is measured with: the real service with its test connector, which computes over a local elevation model.
const (
	python  = ".venv/service-0.4.0/bin/python"
	testApp = "internal/contract/service/app.py:create"
)

var datasets = []string{
	"local_dem:elevation", "local_dem:slope_class", "local_dem:elevation_daily", "local_dem:ts_naive", "local_dem:ts_utc",
	"local_dem:ts_plus2", "local_dem:ts_micro", "local_dem:ts_milli_utc", "local_dem:ts_midnight", "local_dem:ts_max",
}

// measure prints what one machine gives. It takes about a minute and a half on an idle one; others at work on it show in the numbers.
func measure(ctx context.Context, w io.Writer) error {
	if _, err := os.Stat(python); err != nil {
		return fmt.Errorf("%w: run from the root of the checkout, after `make env`", err)
	}
	load, _ := os.ReadFile("/proc/loadavg") // Linux alone has it
	fmt.Fprintf(w, "%d cores, %s, load before: %s", runtime.NumCPU(), runtime.Version(), load)
	if err := measureService(ctx, w); err != nil {
		return err
	}
	if err := measureClient(ctx, w); err != nil {
		return err
	}
	return measureShards(ctx, w)
}

// measureService asks one process for what it does not know, as shipped and tuned, and again for what it does.
func measureService(ctx context.Context, w io.Writer) error {
	for _, of := range []struct {
		name      string
		asShipped bool
		features  int
	}{{"as shipped", true, 80}, {"tuned", false, 2000}} {
		began := time.Now()
		service, err := local.Start(ctx, local.Config{Python: python, App: testApp, AsShipped: of.asShipped})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "service, %s: answers after %.2f s\n", of.name, time.Since(began).Seconds())
		err = measureProcess(ctx, w, service, of.name, of.features)
		if err := errors.Join(err, service.Close()); err != nil {
			return err
		}
	}
	return nil
}

func measureProcess(ctx context.Context, w io.Writer, service *local.Service, name string, n int) error {
	client, err := service.Client()
	if err != nil {
		return err
	}
	defer client.Close()
	if _, err := extract(ctx, client, 0, leastBatch); err != nil { // loads the elevation model
		return err
	}
	latest := min(n, 800) // what the service's cache of 10,000 results has for sure
	for _, pass := range []struct {
		name               string
		first, size, times int
	}{{"uncached", leastBatch, n, 1}, {"cached", leastBatch + n - latest, latest, 4800 / latest}} {
		began := time.Now()
		results := 0
		for range pass.times {
			n, err := extract(ctx, client, pass.first, pass.size)
			if err != nil {
				return err
			}
			results += n
		}
		took := time.Since(began)
		fmt.Fprintf(w, "service, one process, %s, %-9s %6d results in %5.1f s: %7.0f results/s\n", name, pass.name+":", results, took.Seconds(),
			float64(results)/took.Seconds())
	}
	return nil
}

// extract asks for n squares, all datasets of each.
func extract(ctx context.Context, client *cas.Client, first, n int) (results int, err error) {
	o := bulk.Options{DatasetIDs: datasets, Total: n}
	for outcome, err := range bulk.Extract(ctx, client, squares(first, n), o) {
		if err == nil {
			err = outcome.Err
		}
		if err != nil {
			return 0, err
		}
		results += len(outcome.Response.Results)
	}
	return results, nil
}

// measureClient lets one client ask a server that answers every batch of 1000 features with the same prepared bytes.
func measureClient(ctx context.Context, w io.Writer) error {
	const requests, features, perFeature = 40, 1000, 10
	result := `{"dataset_id":"isric_soilgrids:clay_0-5cm","variable":"clay","value":23.456789,"units":"g/kg","aggregation":"mean","quality":"good",` +
		`"coverage_fraction":0.98,"pixel_count":120,"timestamp":null,"provider":"isric_soilgrids","elapsed_ms":12,"provenance":"soilgrids/clay_0-5cm_mean","valid_range":[0.0,1000.0]}`
	response := `{"request_id":"0b7e4a52-6d0c-4f6e-9d38-0f2f5d1d6c11","geometry_hash":"5d41402abc4b2a76","results":[` +
		strings.Repeat(result+",", perFeature-1) + result + `],"warnings":[],"elapsed_ms":12}`
	body := fmt.Appendf(nil, `{"request_id":"0b7e4a52-6d0c-4f6e-9d38-0f2f5d1d6c11","responses":[%s],"total_geometries":%d,"total_results":%d,"elapsed_ms":12}`,
		strings.Repeat(response+",", features-1)+response, features, features*perFeature)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	defer server.Close()
	client, err := cas.NewClient(server.URL)
	if err != nil {
		return err
	}
	defer client.Close()
	request := cas.BatchExtractRequest{DatasetIDs: []string{"isric_soilgrids:clay_0-5cm"}}
	for f := range squares(0, features) {
		request.Geometries = append(request.Geometries, f.Geometry)
	}
	began, cpu := time.Now(), cpuTime()
	for range requests {
		for _, err := range client.StreamBatch(ctx, request) {
			if err != nil {
				return err
			}
		}
	}
	took, spent := time.Since(began), cpuTime()-cpu
	results := float64(requests * features * perFeature)
	fmt.Fprintf(w, "client, one at a time:         %6.0f results in %5.1f s: %7.0f results/s, %.2f s CPU a million, %.0f bytes a result (the server's writing included)\n",
		results, took.Seconds(), results/took.Seconds(), spent.Seconds()/results*1e6, float64(len(body))/features/perFeature)
	return nil
}

// measureShards runs the command on 1, 2 and 4 shards of one input at the same time, each with a service of its own, as shipped: the work has to be
// large beside the start.
func measureShards(ctx context.Context, w io.Writer) error {
	const features = 64
	folder, err := os.MkdirTemp("", "cas-scale-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program, input := filepath.Join(folder, "cas"), filepath.Join(folder, "basins.geojson")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/cas").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	file, err := os.Create(input)
	if err != nil {
		return err
	}
	writePolygons(file, features)
	if err := file.Close(); err != nil {
		return err
	}
	for _, n := range []int{1, 2, 4} {
		errs := make([]error, n)
		var peak [4]int64
		var cpu [4]time.Duration
		var tasks sync.WaitGroup
		began := time.Now()
		for i := range n {
			tasks.Go(func() {
				c := exec.CommandContext(ctx, program, "extract", "-g", "@"+input, "-d", strings.Join(datasets, ","), "--id-field", "ID", "-q",
					"-o", filepath.Join(folder, fmt.Sprintf("n%d.csv", n)), "--shard", fmt.Sprintf("%d/%d", i+1, n),
					"--local", "--local-as-shipped", "--local-workers", "1", "--local-python", python, "--local-app", testApp)
				if out, err := c.CombinedOutput(); err != nil {
					errs[i] = fmt.Errorf("shard %d/%d: %w: %s", i+1, n, err, out)
					return
				}
				cpu[i] = c.ProcessState.UserTime() + c.ProcessState.SystemTime() // the service's too
				peak[i] = peakKilobytes(c.ProcessState)
			})
		}
		tasks.Wait()
		took := time.Since(began)
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		results := float64(features * len(datasets))
		fmt.Fprintf(w, "%d shards, a service each:      %6.0f results in %5.1f s: %7.1f results/s (start included); %.1f s CPU in all, %.0f MB the largest process\n",
			n, results, took.Seconds(), results/took.Seconds(), (cpu[0] + cpu[1] + cpu[2] + cpu[3]).Seconds(), float64(max(peak[0], peak[1], peak[2], peak[3]))/1024)
	}
	return nil
}
