#!/bin/sh
# Runs every fuzz target of the module for a while, one after the other; the first finding ends it.
#   sh internal/house/fuzz.sh 60s
set -eu
length=${1:-60s}
cd "$(git rev-parse --show-toplevel)"
git grep -nEo '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | while IFS=: read -r file _ name; do
	target=${name#func }
	echo "== $(dirname "$file") $target"
	go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$length" -fuzzminimizetime 10x
done
