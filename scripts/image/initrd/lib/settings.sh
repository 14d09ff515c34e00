# Reads the settings for this machine from the control node. The file may contain only NAME='value' lines.

# Arguments: FILE NAME... Each NAME must have a value.
read_settings() {
  # The file is sourced below, so refuse any line that is not a plain assignment or whose value would be
  # expanded.
  if grep -qvE "^(MUSTER_[A-Z0-9_]+='([^']|'\\\\'')*')?\$" "$1"; then
    why="the settings contain an invalid line: $(grep -vE "^(MUSTER_[A-Z0-9_]+='([^']|'\\\\'')*')?\$" "$1" | head -n 1)"
    return 1
  fi
  MUSTER_HOSTNAME= MUSTER_DISK= MUSTER_DISKS= MUSTER_WIPE= MUSTER_ROOT_URL= MUSTER_ROOT_SHA256= MUSTER_FINISH_URL= MUSTER_PROGRESS_URL=
  . "$1"
  shift
  for name in "$@"; do
    eval "value=\$MUSTER_$name"
    [ -n "$value" ] || { why="the settings lack MUSTER_$name"; return 1; }
  done
  progress=$MUSTER_PROGRESS_URL
}
