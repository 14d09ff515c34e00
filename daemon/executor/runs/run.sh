#!/bin/sh
# Leads a run's process group: writes down who it is, runs the command, leaves its exit code. It outlives the executor, so
# that a run is never lost with it. Usage: run.sh PID_FILE RESULT_FILE STOPPED_FILE OUTPUT_FILE OUTPUT_LIMIT COMMAND ARG...
pid_file=$1 result_file=$2 stopped_file=$3 output=$4 limit=$5
shift 5
# TERM to the group is for the command; this shell stays to write the result.
trap : TERM INT HUP
stat=$(cat /proc/$$/stat)
set_start() { shift 19; start=$1; }
set_start ${stat##*) }
read -r boot </proc/sys/kernel/random/boot_id
echo "$$ $start $boot" >"$pid_file.part" && mv "$pid_file.part" "$pid_file" || exit 1
# Given up before it began. Whoever gives up writes that file first and looks for ours afterwards: one of us sees the other.
[ ! -e "$stopped_file" ] || exit 0
{
  trap : TERM INT HUP
  # A wave keeps every processor busy for minutes; machines that boot and people that ask come first. Where the kernel
  # shares the processor out by session, a nice process counts only against its own: the session is made nice too.
  { echo 10 >/proc/self/autogroup; } 2>/dev/null
  nice -n 10 "$@" 2>&1 </dev/null &
  child=$!
  while :; do
    wait $child
    code=$?
    # A trapped signal ends wait early; the command may still be at work.
    kill -0 $child 2>/dev/null || break
  done
  # On a full disk there may soon be room again; without a result the run would be begun again.
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    echo "$code" >"$result_file.part" && mv "$result_file.part" "$result_file" && break
    sleep 0.5
  done 2>/dev/null
} | {
  # Stays until everything is written, whoever is told to go.
  trap '' TERM INT HUP
  exec python3 "${0%/*}/keep-output.py" "$output" "$limit" "$result_file" >/dev/null 2>&1
}
