# What the control node wants of this installation: NAME='value' lines and nothing else.

read_settings() {
  # It is about to be sourced: a line that is no assignment, or whose value would be expanded, is not run but refused.
  if grep -qvE "^(MUSTER_[A-Z0-9_]+='([^']|'\\\\'')*')?\$" "$1"; then
    why="the settings hold a line that is no setting: $(grep -vE "^(MUSTER_[A-Z0-9_]+='([^']|'\\\\'')*')?\$" "$1" | head -n 1)"
    return 1
  fi
  MUSTER_HOSTNAME= MUSTER_DISK= MUSTER_ROOT_URL= MUSTER_ROOT_SHA256= MUSTER_FINISH_URL= MUSTER_PROGRESS_URL=
  . "$1"
  for name in HOSTNAME ROOT_URL ROOT_SHA256 FINISH_URL PROGRESS_URL; do
    eval "value=\$MUSTER_$name"
    [ -n "$value" ] || { why="the settings do not say MUSTER_$name"; return 1; }
  done
  progress=$MUSTER_PROGRESS_URL
}
