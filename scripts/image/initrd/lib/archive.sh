# Unpacks the system while it downloads. The disk cannot boot it before the checksum of the whole archive
# matches.

unpack() {
  for try in 1 2 3; do
    unpack_once "$@" && return
    [ "$try" = 3 ] || say "$why; trying again"
    umount "$3" && make_root || return 1
  done
  return 1
}

unpack_once() {
  rm -f /run/sum /run/sum.txt
  mkfifo /run/sum
  sha256sum </run/sum >/run/sum.txt &
  summing=$!
  if ! wget -q -T 60 -O - "$1" | tee /run/sum | zstd -dcq | tar -x -p -f - -C "$3"; then
    wait "$summing"
    why="the system archive could not be fetched or unpacked"
    return 1
  fi
  wait "$summing"
  read -r sum _ </run/sum.txt
  [ "$sum" = "$2" ] || { why="the system archive has the checksum $sum instead of $2"; return 1; }
}
