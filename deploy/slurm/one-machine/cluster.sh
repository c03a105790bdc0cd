#!/bin/bash
# A real Slurm on this one machine, for tests: controller, four node daemons and munge, without systemd, on loopback alone.
#
#   CLUSTER=SOME-NEW-FOLDER cluster.sh up|start-node NAME|down|environment
#
# As root on Debian or Ubuntu, after: apt-get install --no-install-recommends slurmctld slurmd slurm-client munge
# Everything lies in $CLUSTER, which every user must be able to enter (munge wants it so), and which `down` removes.
set -u
CLUSTER=${CLUSTER:?set it to a new folder with a short name}
PORT=${CLUSTER_PORT:-17400}
NODES=4
export SLURM_CONF=$CLUSTER/etc/slurm.conf
PATH=$PATH:/usr/sbin:/sbin

fail() {
  echo "cluster.sh: $*" >&2
  exit 1
}

# try SECONDS COMMAND... until it succeeds
try() {
  local end=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# runs NAME PROGRAM: the daemon of that pid file is alive, and no zombie
runs() {
  local pid
  pid=$(cat "$CLUSTER/run/$1.pid" 2> /dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = "$2" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status"
}

require() {
  local program missing=()
  [ "$(id -u)" = 0 ] || fail "needs root: munged, slurmctld and slurmd run as one user"
  for program in munged slurmctld slurmd sbatch squeue scontrol sinfo; do
    command -v "$program" > /dev/null || missing+=("$program")
  done
  [ ${#missing[@]} -eq 0 ] || fail "missing: ${missing[*]}; apt-get install --no-install-recommends slurmctld slurmd slurm-client munge"
}

configure() {
  local host memory
  host=$(hostname -s)
  memory=$(awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo)
  mkdir -p "$CLUSTER"/{etc,state,log,spool,run,munge,key} || fail "cannot make $CLUSTER"
  chmod 755 "$CLUSTER" "$CLUSTER/munge"
  chmod 700 "$CLUSTER/key"
  (umask 077 && head -c 1024 /dev/urandom > "$CLUSTER/key/munge.key")
  # cred_expire: a task that is requeued waits that long and a second; below 5 Slurm takes 120. proctrack/pgid: no cgroups, and the
  # children of what was killed do not go on. config_overrides: the nodes are larger than the machine.
  cat > "$SLURM_CONF" << CONF
ClusterName=cas
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$PORT
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$CLUSTER/munge/socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$CLUSTER/state
SlurmdSpoolDir=$CLUSTER/spool/%n
SlurmctldPidFile=$CLUSTER/run/slurmctld.pid
SlurmdPidFile=$CLUSTER/run/%n.pid
SlurmctldLogFile=$CLUSTER/log/slurmctld.log
SlurmdLogFile=$CLUSTER/log/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
KillWait=2
JobRequeue=1
JobFileAppend=1
NodeName=node[1-$NODES] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((PORT + 1))-$((PORT + NODES))] CPUs=2 RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
}

start_node() {
  mkdir -p "$CLUSTER/spool/$1"
  runs "$1" slurmd || slurmd -N "$1" || fail "slurmd for $1 did not start: $(tail -n 3 "$CLUSTER/log/$1.log")"
}

answers() { scontrol ping | grep -q 'is UP'; }
idle() { [ "$(sinfo -h -N -o %T | grep -cx idle)" = "$NODES" ]; }
empty() { [ -z "$(squeue -h)" ]; }
ended() { ! runs "$1" "$2"; }

up() {
  local i
  require
  [ ! -e "$CLUSTER/etc" ] || fail "$CLUSTER is in use"
  configure
  munged --key-file="$CLUSTER/key/munge.key" --socket="$CLUSTER/munge/socket" --pid-file="$CLUSTER/run/munged.pid" \
    --log-file="$CLUSTER/log/munged.log" --seed-file="$CLUSTER/run/munged.seed" || fail "munged did not start: $(tail -n 3 "$CLUSTER/log/munged.log")"
  slurmctld || fail "slurmctld did not start"
  try 20 answers || fail "slurmctld does not answer: $(tail -n 3 "$CLUSTER/log/slurmctld.log")"
  for ((i = 1; i <= NODES; i++)); do start_node "node$i"; done
  # slurmd says nothing of a munge that is down: only idle nodes are nodes
  try 30 idle || fail "the nodes are not idle after 30 s: $(sinfo -h -N -o '%N %T %E' | tr '\n' ';')"
}

# end NAME PROGRAM
end() {
  local pid
  runs "$1" "$2" || return 0
  pid=$(cat "$CLUSTER/run/$1.pid")
  kill "$pid"
  try 10 ended "$1" "$2" || { kill -9 "$pid"; try 5 ended "$1" "$2"; }
}

# The daemons that supervise jobs are nobody's children: ours are those with our configuration in their environment.
end_supervisors() {
  local proc
  for proc in /proc/[0-9]*; do
    if [ "$(cat "$proc/comm" 2> /dev/null)" = slurmstepd ] && grep -qzxF "SLURM_CONF=$SLURM_CONF" "$proc/environ" 2> /dev/null; then
      kill -9 "${proc#/proc/}"
    fi
  done
}

down() {
  local i
  [ -f "$SLURM_CONF" ] || return 0
  if runs slurmctld slurmctld && answers; then
    scancel --user="$(id -un)" 2> /dev/null
    try 15 empty || echo "cluster.sh: jobs are left" >&2
  fi
  for ((i = 1; i <= NODES; i++)); do end "node$i" slurmd; done
  end_supervisors
  end slurmctld slurmctld
  end munged munged
  rm -rf "$CLUSTER"
}

case ${1:-} in
  up) up ;;
  start-node) start_node "${2:?the name of a node}" ;;
  down) down ;;
  environment) echo "export SLURM_CONF='$SLURM_CONF'" ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
