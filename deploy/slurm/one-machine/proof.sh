#!/bin/bash
# Proves deploy/slurm on a real Slurm, on this one machine: a run in 16 shards, each with a service of its own, two tasks killed and
# requeued, a third killed and left to the merge, a node drained and resumed; the merged table has to be that of a single run.
#
#   proof.sh     from the root of the checkout, as root, after `make env`; see cluster.sh for the packages
#
# Prints what it does with the seconds since its start, PASS for each thing shown, and fails at the first that is not so.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
SHARDS=16
FEATURES=${FEATURES:-960}

CLUSTER=$(mktemp -d -t cas-slurm-XXXXXX)
export CLUSTER
work=$CLUSTER-run
mkdir -p "$work/run" "$work/single"

say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
pass() { say "PASS  $*"; }
fail() {
  say "FAIL  $*"
  squeue -r -o '%i %T %N %r' || true
  tail -n 5 "$work"/run/logs/*.log || true
  exit 1
}
clean() {
  "$here/cluster.sh" down
  rm -rf "$work" "$CLUSTER"
}
trap clean EXIT
trap 'exit 130' INT TERM

# until SECONDS COMMAND... succeeds
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# --- what is needed
python=$root/.venv/service-0.4.0/bin/python
[ -e "$root/.venv/service-0.4.0/complete" ] || { echo "proof.sh: the Python environment of the service is missing: make env" >&2; exit 1; }
(cd "$root" && go build -o "$work/cas" ./cmd/cas && go build -o "$work/answers" ./deploy/slurm/one-machine/answers && go run ./internal/scale polygons "$FEATURES" > "$work/basins.geojson")
export CAS=$work/cas
ask=(-g "@$work/basins.geojson" -d local_dem:elevation -d local_dem:slope_class --id-field ID --keep NAME --quiet
  --local --local-as-shipped --local-python "$python" --local-app "$root/internal/contract/service/app.py:create") # slow enough to be killed midway
say "$FEATURES features, 2 datasets"

"$here/cluster.sh" up
eval "$("$here/cluster.sh" environment)"
pass "Slurm $(sinfo --version | cut -d' ' -f2) is up: $(sinfo -h -N -o %N=%T | tr '\n' ' ')"

# --- looking at jobs
field() { scontrol -o show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1; }
state_is() { case " $2 " in *" $(field "$1" JobState) "*) ;; *) return 1 ;; esac; }

# process SHARD COMM: the pid of a task's process, by the environment that Slurm gave it
process() {
  local proc
  for proc in /proc/[0-9]*; do
    if [ "$(cat "$proc/comm" 2> /dev/null)" = "$2" ] && [ -r "$proc/environ" ] &&
      grep -qzx "SLURM_ARRAY_JOB_ID=$array" "$proc/environ" 2> /dev/null && grep -qzx "SLURM_ARRAY_TASK_ID=$1" "$proc/environ" 2> /dev/null; then
      echo "${proc#/proc/}"
      return
    fi
  done
  return 1
}

# journal SHARD: the newest one
journal() {
  local newest='' file
  for file in "$work/run/attempts/attributes.$(printf '%04d' "$1")-of-00$SHARDS"/*/*.journal; do newest=$file; done
  echo "$newest"
}
answers() { "$work/answers" "$(journal "$1")" 2> /dev/null || echo 0; }
midway() { [ "$(answers "$1")" -gt 0 ] && process "$1" cas; }
log() { cat "$work/run/logs/shard-$1.log"; }

# --- the run
submitted=$("$root/deploy/slurm/submit.sh" $SHARDS "$work/run/attributes.csv" "${ask[@]}")
array=$(sed -n 's/^array //p' <<< "$submitted")
merge=$(sed -n 's/^merge //p' <<< "$submitted")
say "sbatch: array $array of $SHARDS tasks, merge $merge behind it"

until_true 60 midway 2 || fail "shard 2 did not get under way"
before2=$(answers 2)
kill -9 "$(process 2 cas)"
say "kill -9 of cas in shard 2, after $before2 of $((FEATURES / SHARDS)) features"

until_true 60 midway 5 || fail "shard 5 did not get under way"
before5=$(answers 5)
kill -9 "$(process 5 slurm_script)"
say "kill -9 of the batch script of shard 5, after $before5 features"

until_true 60 midway 7 || fail "shard 7 did not get under way"
kill -9 "$(process 7 slurm_script)"
say "kill -9 of the batch script of shard 7, which nobody requeues"

scontrol update NodeName=node3 State=DRAIN Reason=proof
drained=$(date +%s)
say "drain node3: $(sinfo -h -n node3 -o %T)"

until_true 30 state_is "${array}_5" "FAILED NODE_FAIL" || fail "shard 5 is $(field "${array}_5" JobState)"
scontrol requeue "${array}_5"
say "scontrol requeue ${array}_5, as an operator would"
until_true 30 grep -q 'goes back into the queue: cas ended with 137' "$work/run/logs/shard-2.log" || fail "shard 2 did not requeue itself"
pass "shard 2 put itself back into the queue"

at_node3() { [ "$(sinfo -h -n node3 -o %T)" = drained ]; }
until_true 60 at_node3 || fail "node3 is $(sinfo -h -n node3 -o %T)"
sleep 3
resumed=$(date +%s)
scontrol update NodeName=node3 State=RESUME
say "node3 was drained, and is resumed"

whole() { [ -s "$work/run/attributes.csv" ] && [ -z "$(squeue -h)" ]; }
until_true 180 whole || fail "there is no merged table"
say "$(tail -n 1 "$work/run/logs/merge.log")"

# --- what it has to show
grep -q 'shard 7/16 is missing\|0007-of-0016' "$work/run/logs/merge.log" || fail "the first merge did not name shard 7"
grep -q '^shards 7 again: array ' "$work/run/logs/merge.log" || fail "the merge did not submit shard 7 alone"
pass "the merge named shard 7, submitted it again, and merged in its second round"

for shard in 2 5; do
  [ "$(field "${array}_$shard" Restarts)" = 1 ] || fail "shard $shard has $(field "${array}_$shard" Restarts) restarts"
  log $shard | grep -q "start 1 on .* goes on with [0-9]* bytes of journal" || fail "shard $shard did not resume: $(log $shard)"
done
pass "shards 2 and 5 were requeued once and went on with their journals"

for shard in 2 5 7; do
  n=$(answers $shard)
  [ "$n" = $((FEATURES / SHARDS)) ] || fail "shard $shard has $n answers of $((FEATURES / SHARDS)): some were asked twice"
done
pass "what they had been answered was not asked again"

for shard in $(seq $SHARDS); do
  log "$shard" | grep -q 'done (0)' || fail "shard $shard is not done: $(log "$shard")"
done
started=$(scontrol -o show job "$array" | grep 'BatchHost=node3' | tr ' ' '\n' | sed -n 's/^StartTime=//p')
for time in $started; do
  at=$(date -d "$time" +%s)
  if [ "$at" -gt "$drained" ] && [ "$at" -lt "$resumed" ]; then fail "a task started on node3 while it was drained, at $time"; fi
done
pass "no task started on node3 between drain and resume"

(cd "$work/single" && "$CAS" extract "${ask[@]}" -o attributes.csv --local-workers 2)
say "a single run over the same input is done"
cmp "$work/single/attributes.csv" "$work/run/attributes.csv" || fail "the merged table differs"
failures() { "$python" -c 'import csv, sys; print("\n".join(map(str, (row[:3] for row in csv.reader(open(sys.argv[1]))))))' "$1"; } # not who and when
cmp <(failures "$work/single/attributes.errors.csv") <(failures "$work/run/attributes.errors.csv") || fail "the merged list of failures differs"
described() { "$python" -c 'import json, sys; m = json.load(open(sys.argv[1])); del m["sessions"]; print(json.dumps(m, indent=1))' "$1"; }
cmp <(described "$work/single/attributes.meta.json") <(described "$work/run/attributes.meta.json") || fail "the merged description differs"
rows=$(($(wc -l < "$work/run/attributes.csv") - 1))
[ "$rows" = "$FEATURES" ] || fail "the table has $rows rows"
pass "the merged table is byte-equal to the single run's: $rows rows, sha256 $(sha256sum < "$work/run/attributes.csv" | cut -c1-16)"
# --- part of an array again: shards 3-5 of 6 alone, whose number is told by the files of the others
mkdir "$work/part"
(cd "$work/part" && for shard in 1 2 6; do "$CAS" extract "${ask[@]}" -o attributes.csv --shard $shard/6; done)
part=$(sbatch --parsable --wait --array=3-5 --output="$work/part/%a.log" --chdir="$work/part" \
  --wrap "$(printf '%q ' "$CAS" extract "${ask[@]}" -o attributes.csv --shard auto)") || fail "array $part: $(tail -n 3 "$work"/part/*.log)"
(cd "$work/part" && "$CAS" merge -o attributes.csv attributes.*-of-0006.csv) || fail "shards 3-5 of 6 do not fit the others"
cmp "$work/single/attributes.csv" "$work/part/attributes.csv" || fail "the table of shards 3-5 run again differs"
pass "--array=3-5 --shard auto made shards 3 to 5 of 6"

# --- a service that is down for 20 s while a task of it is requeued
port=18231
serve() {
  (cd "$root/internal/contract/service" && exec "$python" -m uvicorn app:create --factory --host 127.0.0.1 --port $port --log-level warning) >> "$work/service.log" 2>&1 &
  service=$!
}
away=(-g "@$work/basins.geojson" -d local_dem:elevation -d local_dem:slope_class --id-field ID --keep NAME --quiet --url "http://127.0.0.1:$port")
mkdir "$work/away"
serve
until_true 30 "$CAS" health --url "http://127.0.0.1:$port" || fail "the service did not start: $(cat "$work/service.log")"
job=$(sbatch --parsable --requeue --output="$work/away/log" --open-mode=append --chdir="$work/away" \
  --wrap "exec $(printf '%q ' "$CAS" extract "${away[@]}" -o attributes.csv --batch-size 10)")
until_true 60 test -s "$work/away/attributes.journal" || fail "the task did not get under way: $(cat "$work/away/log")"
kill "$service"
scontrol requeue "$job"
sleep 20
serve
until_true 120 state_is "$job" COMPLETED || fail "the task is $(field "$job" JobState): $(tail -n 5 "$work/away/log")"
kill "$service"
cmp "$work/single/attributes.csv" "$work/away/attributes.csv" || fail "the table of the outage differs"
pass "a task was requeued while its service was down for 20 s, and waited for it"

pass "all of it, in $SECONDS s"
