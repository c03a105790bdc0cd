#!/bin/bash
# Submits a run of `cas extract` as a PBS job array (OpenPBS, PBS Professional), and the merge of its shards behind it.
#
#   submit.sh SHARDS OUTPUT EXTRACT-ARGUMENT...
#   submit.sh 200 /scratch/me/attributes.csv /scratch/me/basins.gpkg -d copernicus_dem:elevation --id-field HYBAS_ID --local
#
# OUTPUT and the files that arguments name have to be paths that every node knows. Submitting again goes on with what is there.
# Settings, from the environment:
#   CAS_URL        the service, where it is not --local
#   CAS_KEY_FILE   a file that holds its key, for your eyes alone: the variables of a job can be seen by others
#   CAS            the command (default: cas, from the PATH of the nodes)
#   CAS_TRIES      how often a shard may start again by itself (default 5), after CAS_PAUSE seconds (default 60)
#   QSUB_OPTIONS   further options of qsub, such as "-q long -A project"
set -euo pipefail

[ $# -ge 3 ] || { sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2; }
case $1 in '' | *[!0-9]* | 0* | 1) echo "submit.sh: SHARDS is '$1'; it has to be a number from 2" >&2; exit 2 ;; esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
shards=$1
shift 2
logs=$(dirname "$output")/logs
mkdir -p "$logs"

# PBS gives a script no arguments, and its list of variables knows no commas: all of it goes through a file.
run=$output.run
{
  printf 'output=%q shards=%q cas=%q tries=%q pause=%q key_file=%q\n' "$output" "$shards" "${CAS:-cas}" "${CAS_TRIES:-5}" "${CAS_PAUSE:-60}" "${CAS_KEY_FILE:-}"
  [ -z "${CAS_URL:-}" ] || printf 'export CAS_URL=%q\n' "$CAS_URL"
  printf 'arguments=('
  printf ' %q' "$@"
  printf ' )\n'
} > "$run.tmp"
mv "$run.tmp" "$run"
case $run in *,*) echo "submit.sh: a path with a comma cannot be given to qsub: $run" >&2; exit 2 ;; esac

options=()
read -r -a options <<< "${QSUB_OPTIONS:-}"
array=$(qsub "${options[@]}" -J "1-$shards" -v "CAS_RUN=$run" -o "$logs/" "$here/array.pbs")
merge=$(qsub "${options[@]}" -W "depend=afterany:$array" -v "CAS_RUN=$run" -o "$logs/" "$here/merge.pbs")
echo "array $array"
echo "merge $merge"
