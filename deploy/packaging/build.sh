#!/usr/bin/env bash
# Makes what a release has, in a new folder: an archive for each of six systems and one of the source, deb and rpm packages, the recipes
# of package managers filled in, and checksums. The version is the one that Go finds in git: the tag, or for a snapshot a pseudo-version.
# The same commit and the same Go give the same bytes. Needs GNU tar, zip and git.
#   build.sh FOLDER
set -euo pipefail
dist=$(realpath -m "${1:?usage: build.sh FOLDER}")
cd "$(dirname "$0")/../.."
mkdir "$dist"

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH CGO_ENABLED=0 GOFLAGS='' CAS_URL='' TZ=UTC LC_ALL=C
umask 022

for system in linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64 windows_arm64; do
  exe=
  case $system in windows_*) exe=.exe ;; esac
  GOOS=${system%_*} GOARCH=${system#*_} go build -trimpath -buildvcs=true -ldflags '-s -w' -o "$dist/$system/cas$exe" ./cmd/cas
  VERSION=$(go version -m "$dist/$system/cas$exe" | awk '$1 == "mod" { sub("^v", "", $3); print $3 }')
  test "$VERSION" != '(devel)' || { echo "go finds no version: run this in a clone by git, not in a copy or a worktree" >&2; exit 1; }
done
export VERSION

# What goes with every program: one folder, copied beside each.
common=$dist/common
mkdir -p "$common/completions"
cp LICENSE README.md CHANGELOG.md "$common"
cas() { go run -trimpath -tags man ./cmd/cas "$@"; }
cas man "$common/man/man1"
cas completion bash > "$common/completions/cas.bash"
cas completion zsh > "$common/completions/_cas"
cas completion fish > "$common/completions/cas.fish"
cas completion powershell > "$common/completions/cas.ps1"
for folder in "$dist"/*_*; do cp -r "$common/." "$folder"; done
gzip -n -9 "$common"/man/man1/*.1 # as packages have them
find "$dist" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +

for folder in "$dist"/*_*; do
  system=${folder##*/}
  name=$dist/cas-go_${VERSION}_$system
  cd "$folder"
  case $system in
    windows_*) find . -type f -printf '%P\n' | sort | zip -q -X "$name.zip" -@ ;;
    *) find . -type f -printf '%P\n' | sort | tar --format=ustar --owner=0 --group=0 --numeric-owner -cf - -T - | gzip -n -9 > "$name.tar.gz" ;;
  esac
  cd - > /dev/null
done
git archive --format=tar --prefix="cas-go-$VERSION/" HEAD | gzip -n -9 > "$dist/cas-go_${VERSION}_source.tar.gz"

for ARCH in amd64 arm64; do
  export ARCH DIST=$dist
  for kind in deb rpm; do
    go tool -modfile=tools/release/go.mod nfpm package -f deploy/packaging/nfpm.yaml -p $kind -t "$dist/cas-go_${VERSION}_linux_$ARCH.$kind"
  done
done

cd "$dist"
sha256sum -- *.tar.gz *.zip *.deb *.rpm > checksums.txt

# @VERSION@ and @SHA256_linux_amd64@ in the recipes become those of this release.
edits=(-e "s/@VERSION@/$VERSION/g")
while read -r sum file; do
  what=${file#"cas-go_${VERSION}_"}
  edits+=(-e "s/@SHA256_${what%%.*}@/$sum/g")
done < <(grep -E '\.(tar\.gz|zip)$' checksums.txt)
cd - > /dev/null
mkdir "$dist/recipes"
for recipe in homebrew/cas-go.rb scoop/cas-go.json conda-forge/recipe.yaml; do
  sed "${edits[@]}" "deploy/packaging/$recipe" > "$dist/recipes/${recipe##*/}"
done
rm -r "$common"
echo "cas-go $VERSION is in $dist"
