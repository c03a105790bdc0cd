#!/bin/bash
# Submits a run of `cas extract` as a Slurm job array, and the merge of its shards behind it.
#
#   submit.sh SHARDS OUTPUT EXTRACT-ARGUMENT...
#   submit.sh 200 /scratch/me/attributes.csv /scratch/me/basins.geojson -d copernicus_dem:elevation --id-field HYBAS_ID --local
#
# OUTPUT and the files that arguments name have to be paths that every node knows. Submitting again goes on with what is there.
# sbatch takes its own options from the environment (SBATCH_PARTITION, SBATCH_ACCOUNT, ...). Further settings:
#   CAS          the command (default: cas, from the PATH of the nodes)
#   CAS_AT_ONCE  most tasks at a time (default: no limit)
#   CAS_TRIES    how often a task may start again by itself (default 5)
#   CAS_ROUNDS   how often the merge may submit missing shards again (default 3)
set -euo pipefail

[ $# -ge 3 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
export CAS_SHARDS=$1 CAS_OUTPUT=$2
shift 2
case $CAS_SHARDS in '' | *[!0-9]* | 0*) echo "submit.sh: SHARDS is '$CAS_SHARDS'; it has to be a number from 1" >&2; exit 2 ;; esac
CAS_DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CAS_DEPLOY CAS=${CAS:-cas} CAS_TRIES=${CAS_TRIES:-5} CAS_ROUNDS=${CAS_ROUNDS:-3}
logs=$(dirname "$CAS_OUTPUT")/logs
mkdir -p "$logs"

array=$(sbatch --parsable --array="1-$CAS_SHARDS${CAS_AT_ONCE:+%$CAS_AT_ONCE}" --output="$logs/shard-%a.log" "$CAS_DEPLOY/array.sbatch" "$@")
# afterany, and a merge that looks for itself: afterok on an array never forgives a task that ended badly once, requeued or not.
merge=$(sbatch --parsable --dependency="afterany:$array" --output="$logs/merge.log" "$CAS_DEPLOY/merge.sbatch" "$@")
echo "array $array"
echo "merge $merge"
echo "'squeue --me' shows them; the logs are $logs/shard-N.log and $logs/merge.log; the table will be $CAS_OUTPUT"
