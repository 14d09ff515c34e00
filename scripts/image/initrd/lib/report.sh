# Speaks: to the people at the consoles, and to the control node.
# The control node's last answer is in $answer; why the last function failed, where it says so, in $why.
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

# wget with the server's answer as status: 0 it is 200, 1 it is a refusal, 2 there is none to speak of.
request() {
  answer=$(wget -q -S -T 20 "$@" 2>&1) && case $answer in *HTTP/1.[01]\ 200*) return 0 ;; esac
  case $answer in *HTTP/1.[01]\ [34]*) refused=1 ;; *) refused=2 ;; esac
  answer=$(printf '%s\n' "${answer:-no answer}" | sed -e 's/^wget: //' -e 's/^ *//' -e 's/^server returned error: //' | tail -n 1)
  return $refused
}

# A refusal is an answer; silence may be a switch that is still waking up.
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

# How a machine is described is the control node's to say: both installers run the same script. No installation fails for it.
tell_facts() {
  fetch "$1" /run/facts.sh && . /run/facts.sh && request -O /dev/null "$progress/facts?$(muster_facts)"
}

# Ends the installation. The wait is for somebody to read it; the next boot is the control node's to answer.
failed() {
  trap - EXIT
  say "FAILED: $*"
  [ -z "$progress" ] || tell failed "$*" || say "the control node could not be told: $answer"
  say "booting again in a minute"
  sync
  sleep 60
  exit 1
}
