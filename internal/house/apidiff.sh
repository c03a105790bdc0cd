#!/bin/sh
# Compares the exported API of the public packages with that of another commit, and fails where one is incompatible.
#   sh internal/house/apidiff.sh BASE
set -eu
base=$1
root=$(git rev-parse --show-toplevel)
cd "$root"
scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/base" >/dev/null 2>&1 || true; rm -rf "$scratch"' EXIT
go build -modfile=tools/go.mod -o "$scratch/apidiff" golang.org/x/exp/cmd/apidiff
git worktree add --quiet --detach "$scratch/base" "$base"
status=0
for package in cas gen wire features features/crs features/geojson features/preflight bulk bulk/journal table table/parquet tabulate local castest castest/basins catalog; do
	export_file="$scratch/$(echo "$package" | tr / _).export"
	if ! (cd "$scratch/base" && test -d "$package" && "$scratch/apidiff" -w "$export_file" "./$package"); then
		echo "$package: not at $base"
		continue
	fi
	changes=$("$scratch/apidiff" "$export_file" "./$package")
	if [ -n "$changes" ]; then
		echo "== $package"
		echo "$changes"
	fi
	if [ -n "$("$scratch/apidiff" -incompatible "$export_file" "./$package")" ]; then
		status=1
	fi
done
exit $status
