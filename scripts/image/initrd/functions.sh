# What the installer is made of. Sourced by init, and by its tests with another root for /sys.
sys=${MUSTER_SYS:-/sys}

say() {
  read -r up _ </proc/uptime
  echo "[muster ${up}s] $*"
}

# Tells why, waits for somebody to read it, and boots again: the control node then sends this machine to its disk.
fail() {
  say "FAILED: $*"
  [ -z "$progress" ] || beacon failed "$*"
  sync
  sleep "${MUSTER_FAIL_SECONDS:-60}"
  reboot -f
  sleep 600
}

argument() {
  for word in $(cat /proc/cmdline); do
    case $word in "$1="*) echo "${word#*=}"; return ;; esac
  done
}

fetch() { wget -q -T 30 -O "$2" "$1"; }

# Percent signs and what else would end a query are not worth encoding: they become spaces, and spaces plus signs.
beacon() {
  detail=$(printf %s "$2" | tr -c 'A-Za-z0-9/._:-' '+')
  for try in 1 2 3 4 5; do
    answer=$(wget -q -T 15 -S -O /dev/null "$progress/$1?detail=$detail" 2>&1) && return 0
    # A refusal is an answer, silence is not.
    case $answer in *" 403 "* | *" 404 "* | *" 409 "* | *" 410 "*) return 1 ;; esac
    sleep 2
  done
  return 1
}

# Every device names its driver; loading one may make more devices appear.
load_drivers() {
  for round in 1 2 3; do
    find "$sys/devices" -name modalias -exec cat {} + 2>/dev/null | sort -u | while read -r alias; do modprobe -q "$alias" 2>/dev/null; done
    sleep 1
  done
  for name in sd_mod ext4 vfat nls_cp437 nls_ascii nls_iso8859-1 efivarfs; do modprobe -q "$name" 2>/dev/null; done
}

boot_interface() {
  wanted=$(argument BOOTIF | cut -d- -f2- | tr - :)
  for try in 1 2 3 4 5 6 7 8 9 10; do
    for card in "$sys"/class/net/*; do
      [ "$(cat "$card/address" 2>/dev/null)" = "$wanted" ] && { basename "$card"; return 0; }
    done
    sleep 1
  done
  return 1
}

# The disk named for this node, else the first that is no removable, read-only or tiny one.
choose_disk() {
  if [ -n "$1" ]; then
    named=$(readlink -f "$1")
    [ -e "$sys/block/${named#/dev/}" ] && { echo "$named"; return 0; }
    return 1
  fi
  for name in $(ls "$sys/block" | sort); do
    case $name in
      nvme* | sd* | vd* | xvd* | hd* | mmcblk*) ;;
      *) continue ;;
    esac
    case $name in *boot[0-9] | *rpmb) continue ;; esac
    [ "$(cat "$sys/block/$name/removable")" = 0 ] || continue
    [ "$(cat "$sys/block/$name/ro")" = 0 ] || continue
    [ "$(cat "$sys/block/$name/size")" -ge 4000000 ] || continue
    echo "/dev/$name"
    return 0
  done
  return 1
}

# nvme0n1 and mmcblk0 put a p before the number.
partition() {
  case $1 in *[0-9]) echo "$1p$2" ;; *) echo "$1$2" ;; esac
}

# What an earlier system left at both ends confuses firmware and kernel alike.
wipefs_quick() {
  dd if=/dev/zero of="$1" bs=1M count=4 2>/dev/null
  sectors=$(cat "$sys/block/${1#/dev/}/size")
  dd if=/dev/zero of="$1" bs=512 seek=$((sectors - 2048)) count=2048 2>/dev/null
}

settle() {
  for try in 1 2 3 4 5 6 7 8 9 10; do
    [ -b "$1" ] && return 0
    sleep 1
  done
  return 1
}

# Unpacks while it comes in, and believes none of it until the checksum of the whole is right.
unpack() {
  mkfifo /tmp/sum
  sha256sum </tmp/sum >/tmp/sum.txt &
  summing=$!
  wget -q -T 60 -O - "$1" | tee /tmp/sum | zstd -dc | tar -x -f - -C "$3" || return 1
  wait "$summing"
  [ "$(cut -d' ' -f1 /tmp/sum.txt)" = "$2" ]
}

write_grub_config() {
  cat <<GRUB
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=1
search --no-floppy --fs-uuid --set=root $1
menuentry Debian {
  linux /vmlinuz root=UUID=$1 ro quiet console=tty0 console=ttyS0,115200n8
  initrd /initrd.img
}
GRUB
}
