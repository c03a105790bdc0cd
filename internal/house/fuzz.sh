#!/bin/sh
# Runs every fuzz target of the module for a while, one after the other; the first finding ends it.
#   sh internal/house/fuzz.sh 60s
set -eu
length=${1:-60s}
cd "$(git rev-parse --show-toplevel)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The go command now and then reports its own end of time as a failure of the target; that is no finding.
only_out_of_time() { grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; }
git grep -nEo '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | while IFS=: read -r file _ name; do
	target=${name#func }
	echo "== $(dirname "$file") $target"
	status=0
	go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$length" -fuzzminimizetime 1x > "$log" 2>&1 || status=$?
	cat "$log"
	[ "$status" = 0 ] || only_out_of_time || exit "$status"
done
