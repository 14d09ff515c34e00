# Copies programs of the Debian root into an initrd, each with its libraries. Needs $root and $work.

copy_program() {
  local program library
  program=$(chroot "$root" readlink -f "$1")
  install -D -m 755 "$root$program" "$work$1"
  for library in $(chroot "$root" ldd "$program" | grep -o '/[^ ]*'); do
    [[ -e $work$library ]] || install -D -m 755 "$root$library" "$work$library"
  done
}

make_skeleton() {
  mkdir -p "$work"/usr/{bin,sbin,lib,lib64}
  for link in bin sbin lib lib64; do ln -s "usr/$link" "$work/$link"; done
}

# Old, fixed timestamps, so that the same inputs give the same file.
pack() {
  find "$work" -exec touch -h -d @1700000000 {} +
  (cd "$work" && find . -print0 | sort -z | cpio --null --quiet -o -H newc --reproducible --owner 0:0) | zstd -q -12 -T0 >"$1.part"
  mv "$1.part" "$1"
}
