#!/bin/sh
# Leads the process group of one command. It outlives the executor, so the end of the command is never lost with it.
# Usage: run.sh BASE OUTPUT ERRORS LIMIT NICENESS COMMAND ARG...
# BASE.pid identifies this process and BASE.command the command. BASE.result gets the exit code, last of all.
# BASE.stopped forbids the begin. With an empty ERRORS, standard error goes to OUTPUT.
base=$1 output=$2 errors=$3 limit=$4 niceness=$5
shift 5
# A signal to the group is for the command. This shell stays to write the result.
trap : TERM INT HUP
read -r boot </proc/sys/kernel/random/boot_id

# Field 22 of the stat line is the start time. The name before it may contain spaces.
set_start() { shift 19; start=$1; }
save_identity() {
  read -r stat </proc/self/stat
  set_start ${stat##*) }
  echo "${stat%% *} $start $boot" >"$1.part" && mv "$1.part" "$1"
}

save_result() {
  # On a full disk there may soon be room again. Without a result the end of the command would be unknown.
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    echo "$1" >"$base.result.part" && mv "$base.result.part" "$base.result" && return
    sleep 0.5
  done 2>/dev/null
}

lead() {
  trap : TERM INT HUP
  # A wave keeps every processor busy for minutes. Booting machines and the page come first. Where the kernel shares
  # the processor between sessions, a nice process counts only within its own: the session is made nice too.
  { echo "$niceness" >/proc/self/autogroup; } 2>/dev/null
  # In the foreground: a shell makes its background commands ignore SIGINT.
  (
    save_identity "$base.command"
    exec nice -n "$niceness" "$@"
  ) </dev/null 2>&"$stderr" 3>&-
  save_result $?
}

keep() {
  # The keeper stays until everything is written, whatever signal the group gets.
  trap '' TERM INT HUP
  exec python3 "${0%/*}/keep-output.py" "$1" "$limit" "$base.result" >/dev/null 2>&1
}

save_identity "$base.pid" || exit 1
# The executor writes this file first and looks for ours afterwards. We do it the other way round, so one sees the other.
if [ -e "$base.stopped" ]; then
  save_result "never begun"
  exit 0
fi
if [ -z "$errors" ]; then
  stderr=1
  lead "$@" | keep "$output"
else
  stderr=3
  { trap : TERM INT HUP; lead "$@" | keep "$output" 3>&-; } 3>&1 | keep "$errors"
fi
