# Sets this machine's clock to the control node's clock. Old machines lose their clock with every power cut, and
# without a correct clock apt refuses release files and other machines refuse certificates.

# The largest difference in seconds that needs no change.
clock_tolerance=60

# $1 is the URL of the control node. A failure does not end the installation.
set_clock() {
  fetch "$1/time" "${run:-/run}/time" || { say "the control node did not send its time: $answer"; return 0; }
  read -r now <"${run:-/run}/time"
  case $now in '' | *[!0-9]*) say "the control node sent no usable time"; return 0 ;; esac
  off=$((now - $(date +%s)))
  [ "${off#-}" -gt "$clock_tolerance" ] || return 0
  date -u -s "@$now" >/dev/null || { say "the clock cannot be set"; return 0; }
  hwclock -u -w || say "the hardware clock cannot be set"
  say "clock: set to the control node's clock; it was $off seconds behind"
}
