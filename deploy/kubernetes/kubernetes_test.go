// Package kubernetes proves that the job files are what Kubernetes reads: each document is decoded, without a field that its type
// does not have, into the types of k8s.io/api. It is a module of its own, so that users of cas-go do not compile those.
package kubernetes

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// documents decodes a file, every document by its kind.
func documents(t *testing.T, path string) (jobs []batch.Job, claims []core.PersistentVolumeClaim) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var kind struct{ APIVersion, Kind string }
		require.NoError(t, yaml.Unmarshal(document, &kind))
		switch kind.APIVersion + " " + kind.Kind {
		case "batch/v1 Job":
			var job batch.Job
			require.NoError(t, yaml.UnmarshalStrict(document, &job), path)
			jobs = append(jobs, job)
		case "v1 PersistentVolumeClaim":
			var claim core.PersistentVolumeClaim
			require.NoError(t, yaml.UnmarshalStrict(document, &claim), path)
			claims = append(claims, claim)
		default:
			require.Fail(t, "a document of another kind", "%s: %+v", path, kind)
		}
	}
	return jobs, claims
}

func value(c core.Container, name string) core.EnvVar {
	for _, v := range c.Env {
		if v.Name == name {
			return v
		}
	}
	return core.EnvVar{}
}

func TestExtractJob(t *testing.T) {
	jobs, claims := documents(t, "extract.yaml")
	require.Len(t, jobs, 1)
	require.Len(t, claims, 1)
	assert.Equal(t, []core.PersistentVolumeAccessMode{core.ReadWriteMany}, claims[0].Spec.AccessModes)

	spec := jobs[0].Spec
	assert.Equal(t, batch.IndexedCompletion, *spec.CompletionMode)
	assert.Equal(t, core.RestartPolicyNever, spec.Template.Spec.RestartPolicy, "podFailurePolicy and backoffLimitPerIndex need it")
	assert.Equal(t, batch.Failed, *spec.PodReplacementPolicy, "two pods of one shard would share a journal")
	assert.Positive(t, *spec.BackoffLimitPerIndex)
	assert.LessOrEqual(t, *spec.Parallelism, *spec.Completions)
	assert.LessOrEqual(t, *spec.MaxFailedIndexes, *spec.Completions)

	pod := spec.Template.Spec
	require.Len(t, pod.InitContainers, 1)
	require.Len(t, pod.Containers, 1)
	service, extract := pod.InitContainers[0], pod.Containers[0]
	require.NotNil(t, service.RestartPolicy, "else it is no sidecar, and the pod waits for its end")
	assert.Equal(t, core.ContainerRestartPolicyAlways, *service.RestartPolicy)
	image, err := os.ReadFile("service.Dockerfile")
	require.NoError(t, err)
	assert.Equal(t, []string{"uvicorn", "cas_go_tuned:create_app", "--factory"}, service.Command[:3], "the service is tuned")
	assert.Contains(t, string(image), "\nCOPY local/cas_go_tuned.py /opt/cas-go/\nENV PYTHONPATH=/opt/cas-go\n")
	assert.FileExists(t, "../../local/cas_go_tuned.py")
	require.NotNil(t, service.StartupProbe, "extract starts when the service answers")
	contract, err := os.ReadFile("../../api/openapi.yaml")
	require.NoError(t, err)
	for _, probe := range []*core.Probe{service.StartupProbe, service.LivenessProbe} {
		assert.Contains(t, string(contract), "\n  "+probe.HTTPGet.Path+":\n", "the contract has this path")
	}

	assert.Equal(t, strconv.Itoa(int(*spec.Completions)), value(extract, "CAS_SHARDS").Value)
	for _, key := range []core.EnvVar{value(service, "CAS_API_KEYS"), value(extract, "CAS_API_KEY")} {
		require.NotNil(t, key.ValueFrom, key.Name)
		require.NotNil(t, key.ValueFrom.SecretKeyRef, "the key lies in a secret")
		assert.Equal(t, "cas-key", key.ValueFrom.SecretKeyRef.Name)
		assert.Empty(t, key.Value)
	}
	assert.Equal(t, "true", value(service, "CAS_AUTH_ENABLED").Value)
	assert.Equal(t, extract.Name, *spec.PodFailurePolicy.Rules[0].OnExitCodes.ContainerName)
	assert.Equal(t, []int32{2}, spec.PodFailurePolicy.Rules[0].OnExitCodes.Values)
	assert.Equal(t, []string{"cas", "extract"}, extract.Command, "a shell in between would keep the SIGTERM")
	assert.Contains(t, extract.Args, "--partial-ok", "a shard with failures is whole")
	assert.Contains(t, extract.Args, "--grace=50s")
	assert.Greater(t, *pod.TerminationGracePeriodSeconds, int64(50))
	check(t, pod)
}

func TestMergeJob(t *testing.T) {
	jobs, _ := documents(t, "merge.yaml")
	require.Len(t, jobs, 1)
	check(t, jobs[0].Spec.Template.Spec)
	whole, _ := documents(t, "extract.yaml")
	script := jobs[0].Spec.Template.Spec.Containers[0].Command[2]
	assert.Contains(t, script, "*-of-00"+strconv.Itoa(int(*whole[0].Spec.Completions))+".csv")
	assert.Equal(t, whole[0].Spec.Template.Spec.Containers[0].Image, jobs[0].Spec.Template.Spec.Containers[0].Image)
}

// check is what holds for every pod.
func check(t *testing.T, pod core.PodSpec) {
	t.Helper()
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
	}
	assert.True(t, *pod.SecurityContext.RunAsNonRoot)
	assert.False(t, *pod.AutomountServiceAccountToken)
	for _, c := range append(pod.InitContainers, pod.Containers...) {
		for _, resource := range []core.ResourceName{core.ResourceCPU, core.ResourceMemory} {
			request, limit := c.Resources.Requests[resource], c.Resources.Limits[resource]
			assert.False(t, request.IsZero(), "%s: request of %s", c.Name, resource)
			assert.GreaterOrEqual(t, limit.Cmp(request), 0, "%s: limit of %s", c.Name, resource)
		}
		for _, mount := range c.VolumeMounts {
			assert.True(t, volumes[mount.Name], "%s: volume %s", c.Name, mount.Name)
		}
		assert.Regexp(t, `:\d+\.\d+\.\d+$`, c.Image, "a version, not what is latest")
		assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
		assert.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
	}
}

// TestCommandIsUnderstood gives the arguments of the job to the command itself: it has to get as far as the missing input, with the
// shard that the job's variables name.
func TestCommandIsUnderstood(t *testing.T) {
	program := t.TempDir() + "/cas"
	build := exec.Command("go", "build", "-o", program, "./cmd/cas")
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	jobs, _ := documents(t, "extract.yaml")
	extract := jobs[0].Spec.Template.Spec.Containers[0]
	run := exec.Command(program, append(extract.Command[1:], extract.Args...)...)
	run.Env = append(os.Environ(), "PATH="+strings.TrimSuffix(program, "/cas")+":"+os.Getenv("PATH"), "JOB_COMPLETION_INDEX=15",
		"CAS_SHARDS="+value(extract, "CAS_SHARDS").Value)
	out, err = run.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 2, exit.ExitCode(), string(out))
	assert.Contains(t, string(out), "/data/basins.geojson: no such file", string(out))
}
