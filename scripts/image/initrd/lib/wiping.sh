# Overwrites disks with zeros and verifies the result.

mib_of() { echo $(($(cat "${sys:-/sys}/block/${1##*/}/size") / 2048)); }

# Arguments: DISK full|quick. Quick erases the places of partition tables, boot loaders and RAID labels.
wipe_disk() {
  why="$1 cannot be written to"
  if [ "$2" = quick ]; then
    forget "$1" >/run/wipe.log 2>&1
    return
  fi
  mib=$(mib_of "$1") done_mib=0 told=0
  while [ "$done_mib" -lt "$mib" ]; do
    piece=$((mib - done_mib))
    [ "$piece" -le 256 ] || piece=256
    dd if=/dev/zero of="$1" bs=1M seek="$done_mib" count="$piece" conv=notrunc,fsync >/run/wipe.log 2>&1 || { why="$why: at MiB $done_mib of $mib"; return 1; }
    done_mib=$((done_mib + piece))
    percent=$((done_mib * 100 / mib))
    [ "$percent" -lt $((told + 20)) ] || { told=$percent; say "$1: $percent %"; beacon base "$1, $percent %"; }
  done
  # The rest, when the disk is not a whole number of MiB.
  dd if=/dev/zero of="$1" bs=512 seek=$((mib * 2048)) count=$(($(cat "${sys:-/sys}/block/${1##*/}/size") - mib * 2048)) conv=notrunc,fsync >/run/wipe.log 2>&1 || return 1
}

# Reads back from the disk itself: its beginning, its end, and after a full wipe sixteen places in between.
is_blank() {
  echo 3 2>/dev/null >"${drop_caches:-/proc/sys/vm/drop_caches}"
  mib=$(mib_of "$1")
  places="0 $((mib - 1))"
  [ "$2" = quick ] || for part in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do places="$places $((mib * part / 17))"; done
  for place in $places; do
    [ -z "$(dd if="$1" bs=1M skip="$place" count=1 2>/dev/null | tr -d '\0' | head -c 1)" ] || return 1
  done
}
