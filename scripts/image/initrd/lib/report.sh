# Reports to the people at the consoles and to the control node. $answer contains the control node's last
# answer. $why contains the reason of a failed function, where it sets one.
progress= answer= why=

say() {
  read -r up _ </proc/uptime
  printf '[%6ss] %s\n' "$up" "$*"
}

argument() {
  for word in $(cat "${cmdline:-/proc/cmdline}"); do
    case $word in "$1="*) echo "${word#*=}" && return ;; esac
  done
}

firmware() { if [ -d /sys/firmware/efi ]; then echo UEFI; else echo BIOS; fi; }

encode() { printf %s "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '%'; }

# Runs wget. Status 0: answer 200; 1: refused by the server; 2: no usable answer.
request() {
  answer=$(wget -q -S -T 20 "$@" 2>&1) && case $answer in *HTTP/1.[01]\ 200*) return 0 ;; esac
  case $answer in *HTTP/1.[01]\ [34]*) refused=1 ;; *) refused=2 ;; esac
  answer=$(printf '%s\n' "${answer:-no answer}" | sed -e 's/^wget: //' -e 's/^ *//' -e 's/^server returned error: //' | tail -n 1)
  return $refused
}

# Retries without an answer, because a switch port may still be starting. A refusal is final.
patiently() {
  tries=$1
  shift
  while :; do
    "$@" && return 0
    [ $? = 1 ] && return 1
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 2
    sleep 3
  done
}

fetch() { patiently 5 request -O "$2" "$1"; }
exists() { patiently 5 request --spider "$1"; }
beacon() { request -O /dev/null "$progress/$1?detail=$(encode "$(printf %.250s "${2:-}")")"; }
tell() { patiently 5 beacon "$@"; }
insist() { patiently 40 beacon "$@"; }

# The control node provides the script that collects the facts, and both installers run the same one. Its
# failure does not fail the installation.
tell_facts() {
  fetch "$1" /run/facts.sh && . /run/facts.sh && request -O /dev/null "$progress/facts?$(muster_facts)"
}

# Ends the installation. Waits a minute so that a person can read the reason. The control node then decides
# the next boot.
failed() {
  trap - EXIT
  say "FAILED: $*"
  [ -z "$progress" ] || tell failed "$*" || say "the failure could not be reported to the control node: $answer"
  say "booting again in a minute"
  sync
  sleep 60
  exit 1
}
