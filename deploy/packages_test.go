//go:build packages

package deploy

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dist is where `make packages` leaves what a release has. These tests unpack, install and start it; `make packages-test` runs them.
const dist = "../dist"

// checksums are those of the release by file name, and its version.
func checksums(t *testing.T) (sums map[string]string, version string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dist, "checksums.txt"))
	require.NoError(t, err, "make packages makes it")
	sums = map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		require.True(t, ok, line)
		sums[name] = sum
		if v, ok := strings.CutSuffix(name, "_source.tar.gz"); ok {
			version = strings.TrimPrefix(v, "cas-go_")
		}
	}
	require.NotEmpty(t, version)
	return sums, version
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = append(os.Environ(), "CAS_URL=", "LC_ALL=C.UTF-8", "TMPDIR="+t.TempDir())
	var complaints strings.Builder
	c.Stderr = &complaints
	out, err := c.Output()
	require.NoError(t, err, "%s %v: %s%s", name, args, out, complaints.String())
	return string(out)
}

func TestPackagesHaveTheirChecksums(t *testing.T) {
	sums, version := checksums(t)
	var want []string
	for _, what := range []string{
		"darwin_amd64.tar.gz", "darwin_arm64.tar.gz", "linux_amd64.deb", "linux_amd64.rpm", "linux_amd64.tar.gz", "linux_arm64.deb", "linux_arm64.rpm",
		"linux_arm64.tar.gz", "source.tar.gz", "windows_amd64.zip", "windows_arm64.zip",
	} {
		want = append(want, "cas-go_"+version+"_"+what)
	}
	var names []string
	for name, sum := range sums {
		names = append(names, name)
		text, err := os.ReadFile(filepath.Join(dist, name))
		require.NoError(t, err)
		got := sha256.Sum256(text)
		assert.Equal(t, sum, hex.EncodeToString(got[:]), name)
	}
	assert.ElementsMatch(t, want, names)
}

// archived are the files of an archive, by name, with a way to read each.
func archived(t *testing.T, name string) (names []string, unpack func(folder string)) {
	t.Helper()
	file := filepath.Join(dist, name)
	contents := map[string][]byte{}
	add := func(name string, r io.Reader) {
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		names = append(names, name)
		contents[name] = text
	}
	if strings.HasSuffix(name, ".zip") {
		r, err := zip.OpenReader(file)
		require.NoError(t, err)
		defer r.Close()
		for _, f := range r.File {
			in, err := f.Open()
			require.NoError(t, err)
			add(f.Name, in)
		}
	} else {
		f, err := os.Open(file)
		require.NoError(t, err)
		defer f.Close()
		z, err := gzip.NewReader(bufio.NewReader(f))
		require.NoError(t, err)
		for r := tar.NewReader(z); ; {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			if h.Typeflag == tar.TypeReg {
				add(h.Name, r)
			}
		}
	}
	return names, func(folder string) {
		for name, text := range contents {
			to := filepath.Join(folder, filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
			require.NoError(t, os.WriteFile(to, text, 0o755))
		}
	}
}

// isVersion checks what `cas version` says.
func isVersion(t *testing.T, said, version, system string) {
	t.Helper()
	assert.Regexp(t, `^cas-go v`+regexp.QuoteMeta(version)+`, for CAS \S+ \(go\S+ `+strings.Replace(system, "_", "/", 1)+`\)\n$`, said)
}

// isDemo checks what `cas demo` says: its first row, as castest has it.
func isDemo(t *testing.T, said string) {
	t.Helper()
	assert.Contains(t, said, "53 sub-basins of Cumberland Mountain, Tennessee")
	assert.Regexp(t, `(?m)^0840101 +511\.2317\d+ +m +good +\d+ `, said)
}

// emulator is how a program for Linux starts here.
func emulator(arch string) []string {
	if arch == runtime.GOARCH {
		return nil
	}
	return []string{map[string]string{"amd64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static"}[arch]} // Debian: qemu-user-static
}

func TestPackagesOfSixSystems(t *testing.T) {
	_, version := checksums(t)
	for system, kind := range map[string]string{ // as file(1) names them
		"linux_amd64": `ELF 64-bit LSB executable, x86-64.*statically linked`, "linux_arm64": `ELF 64-bit LSB executable, ARM aarch64.*statically linked`,
		"darwin_amd64": `Mach-O 64-bit x86_64 executable`, "darwin_arm64": `Mach-O 64-bit arm64 executable`,
		"windows_amd64": `PE32\+ executable.*x86-64`, "windows_arm64": `PE32\+ executable.*Aarch64`,
	} {
		t.Run(system, func(t *testing.T) {
			name, program := "cas-go_"+version+"_"+system+".tar.gz", "cas"
			if strings.HasPrefix(system, "windows") {
				name, program = "cas-go_"+version+"_"+system+".zip", "cas.exe"
			}
			names, unpack := archived(t, name)
			assert.True(t, slices.IsSorted(names))
			for _, want := range []string{
				program, "LICENSE", "README.md", "CHANGELOG.md", "man/man1/cas.1", "man/man1/cas-extract.1",
				"completions/cas.bash", "completions/_cas", "completions/cas.fish", "completions/cas.ps1",
			} {
				assert.Contains(t, names, want)
			}
			folder := t.TempDir()
			unpack(folder)
			program = filepath.Join(folder, program)
			assert.Regexp(t, kind, output(t, "file", "-b", program))
			if arch, ok := strings.CutPrefix(system, "linux_"); ok {
				start := append(emulator(arch), program)
				isVersion(t, output(t, start[0], append(start[1:], "version")...), version, system)
				isDemo(t, output(t, start[0], append(start[1:], "demo")...))
			}
		})
	}
}

// manualPages are those among files, as gzip leaves them.
func manualPages(files []string) (pages []string) {
	for _, f := range files {
		if strings.Contains(f, "man/man1/") && strings.Contains(path.Base(f), "cas") {
			pages = append(pages, strings.TrimSuffix(path.Base(f), ".gz"))
		}
	}
	slices.Sort(pages)
	return pages
}

func TestPackagesForDebian(t *testing.T) {
	_, version := checksums(t)
	inArchive, _ := archived(t, "cas-go_"+version+"_linux_amd64.tar.gz")
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "var/lib/dpkg/updates"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "var/lib/dpkg/info"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644))
	for _, arch := range []string{"arm64", "amd64"} { // the second one replaces the first
		deb := filepath.Join(dist, "cas-go_"+version+"_linux_"+arch+".deb")
		assert.Equal(t, "cas-go "+arch+"\n", output(t, "dpkg-deb", "-W", "--showformat=${Package} ${Architecture}\n", deb))
		output(t, "dpkg", "--root="+root, "--force-architecture", "--force-not-root", "-i", deb)
		start := append(emulator(arch), filepath.Join(root, "usr/bin/cas"))
		isVersion(t, output(t, start[0], append(start[1:], "version")...), version, "linux_"+arch)
	}
	files := strings.Fields(output(t, "dpkg", "--root="+root, "-L", "cas-go"))
	assert.Subset(t, files, []string{
		"/usr/bin/cas", "/usr/share/bash-completion/completions/cas", "/usr/share/zsh/vendor-completions/_cas",
		"/usr/share/fish/vendor_completions.d/cas.fish", "/usr/share/doc/cas-go/copyright",
	})
	assert.Equal(t, manualPages(inArchive), manualPages(files))
	assert.Contains(t, output(t, "bash", "-c", "source "+root+"/usr/share/bash-completion/completions/cas && complete -p cas"), "cas")
	page := strings.Fields(output(t, "man", "-P", "cat", root+"/usr/share/man/man1/cas-extract.1.gz")) // which man justifies
	assert.Contains(t, strings.Join(page, " "), "cas-extract - Extract attributes")
}

func TestPackagesForRPM(t *testing.T) {
	_, version := checksums(t)
	inArchive, _ := archived(t, "cas-go_"+version+"_linux_amd64.tar.gz")
	for arch, name := range map[string]string{"amd64": "x86_64", "arm64": "aarch64"} {
		rpm := filepath.Join(dist, "cas-go_"+version+"_linux_"+arch+".rpm")
		assert.Equal(t, "cas-go "+name+" MIT", output(t, "rpm", "-qp", "--qf", "%{name} %{arch} %{license}", rpm))
		assert.Contains(t, output(t, "rpm", "-K", rpm), "digests OK")
		files := strings.Fields(output(t, "rpm", "-qpl", rpm))
		assert.Subset(t, files, []string{
			"/usr/bin/cas", "/usr/share/bash-completion/completions/cas", "/usr/share/zsh/site-functions/_cas",
			"/usr/share/fish/vendor_completions.d/cas.fish", "/usr/share/licenses/cas-go/LICENSE",
		})
		assert.Equal(t, manualPages(inArchive), manualPages(files))
	}
}

// The source is all that other packagers need: it builds without git, and says its version.
func TestPackagesFromTheSource(t *testing.T) {
	_, version := checksums(t)
	_, unpack := archived(t, "cas-go_"+version+"_source.tar.gz")
	folder := t.TempDir()
	unpack(folder)
	program := filepath.Join(folder, "cas")
	output(t, "env", "CGO_ENABLED=0", "go", "build", "-C", filepath.Join(folder, "cas-go-"+version), "-trimpath",
		"-ldflags=-s -w -X github.com/community-attribute-service/cas-go/cas.stamp=v"+version, "-o", program, "./cmd/cas")
	isVersion(t, output(t, program, "version"), version, "linux_"+runtime.GOARCH)
}

// Every address in a recipe is that of a file of this release, with its checksum.
func TestPackagesInTheRecipes(t *testing.T) {
	sums, version := checksums(t)
	pair := regexp.MustCompile(`"?url"?:? "?(https://[^"\s]+)"?,?\s+"?(?:sha256|hash)"?:? "([^"]*)"`)
	place := "https://github.com/community-attribute-service/cas-go/releases/download/v" + version + "/"
	for recipe, count := range map[string]int{"cas-go.rb": 4, "cas-go.json": 2, "recipe.yaml": 1} {
		text, err := os.ReadFile(filepath.Join(dist, "recipes", recipe))
		require.NoError(t, err)
		assert.NotRegexp(t, `@[A-Z]`, string(text), recipe)
		assert.Contains(t, string(text), `"`+version+`"`)
		pairs := pair.FindAllStringSubmatch(string(text), -1)
		assert.Len(t, pairs, count, recipe)
		for _, p := range pairs {
			file, here := strings.CutPrefix(p[1], place)
			assert.True(t, here, p[1])
			require.Contains(t, sums, file, recipe)
			assert.Equal(t, sums[file], p[2], file)
		}
	}
	text, err := os.ReadFile(filepath.Join(dist, "recipes", "cas-go.json"))
	require.NoError(t, err)
	assert.True(t, json.Valid(text))
	assert.Contains(t, string(text), "v$version/cas-go_$version_windows_amd64.zip")
	output(t, "ruby", "-c", filepath.Join(dist, "recipes", "cas-go.rb"))
}

// The same commit gives the same bytes.
func TestPackagesAreReproducible(t *testing.T) {
	sums, version := checksums(t)
	again := filepath.Join(t.TempDir(), "again")
	output(t, "bash", "packaging/build.sh", again)
	text, err := os.ReadFile(filepath.Join(again, "checksums.txt"))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		assert.Equal(t, sums[name], sum, "%s of %s", name, version)
	}
	assert.Equal(t, len(sums), strings.Count(string(text), "\n"))
}

// The image builds and starts, on an empty base in place of the one that a registry would have to give.
func TestPackagesAsAnImage(t *testing.T) {
	_, version := checksums(t)
	storage := []string{"--root=" + filepath.Join(t.TempDir(), "root"), "--runroot=" + filepath.Join(t.TempDir(), "run"), "--storage-driver=vfs"}
	buildah := func(args ...string) string {
		return strings.TrimSpace(output(t, "buildah", append(storage, args...)...)) // Debian: buildah
	}
	image := "localhost/cas-go:test"
	buildah("build", "--isolation=chroot", "--build-arg=BASE=scratch", "--platform=linux/"+runtime.GOARCH, "-f", "container/Dockerfile", "-t", image, dist)
	var config struct {
		OCIv1 struct {
			Config struct {
				User, WorkingDir string
				Entrypoint       []string
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(buildah("inspect", "--type=image", image)), &config))
	assert.Equal(t, "65532:65532", config.OCIv1.Config.User)
	assert.Equal(t, []string{"/usr/bin/cas"}, config.OCIv1.Config.Entrypoint)
	assert.Equal(t, "/data", config.OCIv1.Config.WorkingDir)

	container := buildah("from", image)
	var files []string
	mounted := buildah("mount", container)
	require.NoError(t, filepath.WalkDir(mounted, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, strings.TrimPrefix(path, mounted))
		}
		return err
	}))
	assert.Equal(t, []string{"/usr/bin/cas", "/usr/share/doc/cas-go/LICENSE"}, files)
	data := t.TempDir()
	require.NoError(t, os.Chmod(data, 0o777))
	isVersion(t, buildah("run", "--isolation=chroot", container, "/usr/bin/cas", "version")+"\n", version, "linux_"+runtime.GOARCH)
	isDemo(t, buildah("run", "--isolation=chroot", "-v", data+":/data", container, "/usr/bin/cas", "demo", "--out", "/data"))
}
