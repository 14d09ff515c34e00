# What the control node wants of this machine: NAME='value' lines and nothing else.

# FILE NAME...: the names that must have a value.
read_settings() {
  # It is about to be sourced: a line that is no assignment, or whose value would be expanded, is not run but refused.
  if grep -qvE "^(MUSTER_[A-Z0-9_]+='([^']|'\\\\'')*')?\$" "$1"; then
    why="the settings hold a line that is no setting: $(grep -vE "^(MUSTER_[A-Z0-9_]+='([^']|'\\\\'')*')?\$" "$1" | head -n 1)"
    return 1
  fi
  MUSTER_HOSTNAME= MUSTER_DISK= MUSTER_DISKS= MUSTER_WIPE= MUSTER_ROOT_URL= MUSTER_ROOT_SHA256= MUSTER_FINISH_URL= MUSTER_PROGRESS_URL=
  . "$1"
  shift
  for name in "$@"; do
    eval "value=\$MUSTER_$name"
    [ -n "$value" ] || { why="the settings do not say MUSTER_$name"; return 1; }
  done
  progress=$MUSTER_PROGRESS_URL
}
