# Makes the disk bootable by BIOS and UEFI: a partition for GRUB's BIOS core, an EFI system partition, and the
# root.
target=/target
root_uuid= esp_id=

# nvme0n1 and mmcblk0 have a p before the partition number.
partition() {
  case $1 in *[0-9]) echo "$1p$2" ;; *) echo "$1$2" ;; esac
}

# Erase both ends of the disk. Otherwise other programs would find old RAID, LVM or partition tables there.
forget() {
  sectors=$(cat "${sys:-/sys}/block/${1##*/}/size")
  dd if=/dev/zero of="$1" bs=1M count=4 conv=fsync && dd if=/dev/zero of="$1" bs=512 seek=$((sectors - 8192)) count=8192 conv=fsync
}

make_partitions() {
  why="$1 cannot be written to"
  forget "$1" >/run/partitions.log 2>&1 || return 1
  why="$1 cannot be partitioned"
  sfdisk --quiet --wipe always --wipe-partitions always "$1" >>/run/partitions.log 2>&1 <<TABLE || { why="$why: $(tail -n 1 /run/partitions.log)"; return 1; }
label: gpt
size=1MiB, type=21686148-6449-6E6F-744E-656564454649, name=bios
size=300MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp
type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, name=root
TABLE
  # Some BIOSes boot a disk only if its table has an active entry. Some UEFIs refuse a GPT whose table has
  # one.
  [ "$(firmware)" = UEFI ] || printf '\200' | dd of="$1" bs=1 seek=446 conv=notrunc 2>/dev/null

  esp=$(partition "$1" 2) root=$(partition "$1" 3)
  wait_for 15 test -b "$root" || { why="the kernel does not show the new partitions of $1"; return 1; }
  esp_id=$(od -An -N4 -tx1 /dev/urandom | tr -d ' ' | tr a-f A-F)
  root_uuid=$(cat /proc/sys/kernel/random/uuid)
  mkfs.fat -F 32 -n ESP -i "$esp_id" "$esp" >>/run/partitions.log 2>&1 || { why="no file system could be made on $esp: $(tail -n 1 /run/partitions.log)"; return 1; }
  make_root || return 1
}

make_root() {
  # A weekly timer trims later, because trimming a whole old SSD at once can take minutes.
  mke2fs -q -F -t ext4 -E nodiscard -L root -U "$root_uuid" "$root" >>/run/partitions.log 2>&1 || { why="no file system could be made on $root: $(tail -n 1 /run/partitions.log)"; return 1; }
  mkdir -p "$target"
  mount -t ext4 "$root" "$target" || { why="$root cannot be mounted"; return 1; }
}

summary() { echo "$esp vfat, $root ext4, $(df -m "$target" | awk 'END { print int($2 / 1024) }') GB"; }

write_fstab() {
  mkdir -p "$target/boot/efi"
  cat >"$target/etc/fstab" <<FSTAB
UUID=$root_uuid / ext4 errors=remount-ro 0 1
UUID=$(printf %s "$esp_id" | sed 's/^..../&-/') /boot/efi vfat umask=0077 0 1
FSTAB
}
