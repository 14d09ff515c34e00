# Chooses the disk to install to: the disk named for this node, or else the first disk that is fixed, writable and large
# enough. Muster's own installer, the wiper and the Debian installer use these functions, so only busybox is required.
sys=${sys:-/sys} dev=${dev:-/dev}
# In 512-byte sectors: 2 GB, the minimum for the system alone.
smallest=4000000

of() { cat "$sys/block/$1/$2" 2>/dev/null; }

# The kernel lists each path to a multipath NVMe disk as a hidden disk without a device file.
is_disk() {
  case $1 in
    *boot[0-9] | *rpmb | *gp[0-9]) return 1 ;;
    nvme*n* | sd* | vd* | xvd* | hd* | mmcblk*) ;;
    *) return 1 ;;
  esac
  [ "$(of "$1" hidden)" != 1 ] && [ -e "$dev/$1" ]
}

# USB backup disks and cards in a reader report that they are not removable, so check the bus too. A disk of a storage
# network belongs to several machines: fibre channel (rport), iSCSI (session) and NVMe over a network.
is_fixed() {
  [ "$(of "$1" removable)" = 0 ] || return 1
  case $(readlink -f "$sys/block/$1") in */usb[0-9]* | */fw[0-9]* | */rport-* | */session[0-9]* | */nvme-fabrics/*) return 1 ;; esac
  for transport in "$sys/block/$1"/device/transport "$sys/block/$1"/device/nvme*/transport; do
    case $(cat "$transport" 2>/dev/null) in tcp | rdma | fc | loop) return 1 ;; esac
  done
  [ "$(of "$1" device/type)" != SD ]
}

size_of() {
  sectors=$(of "$1" size)
  case $sectors in '' | *[!0-9]*) echo 0 ;; *) echo "$sectors" ;; esac
}

is_writable() { [ "$(of "$1" ro)" = 0 ]; }

is_fitting() { is_disk "$1" && is_fixed "$1" && is_writable "$1" && [ "$(size_of "$1")" -ge "$smallest" ]; }

first_fitting() {
  for name in $(ls "$sys/block"); do
    is_fitting "$name" && echo "$dev/$name" && return
  done
  return 1
}

# Muster's own installer has no udev to create /dev/disk/by-id. The end of such a name is compared with the disk's id and
# serial number.
with_id() {
  for name in $(ls "$sys/block"); do
    is_disk "$name" || continue
    serial=$(of "$name" serial || of "$name" device/serial || of "$name" device/vpd_pg80 | tail -c +5)
    serial=$(printf %s "$serial" | tr -d '\0' | sed -e 's/^ *//' -e 's/ *$//' -e 's/ /_/g')
    wwid=$(of "$name" wwid || of "$name" device/wwid)
    case $1 in
      wwn-0x* | nvme-eui.* | nvme-uuid.*)
        id=${1#*-}
        case $wwid in "naa.${id#0x}" | "$id" | "eui.${id#0x}") echo "$dev/$name" && return ;; esac ;;
      *"_$serial" | *"-$serial") [ -z "$serial" ] || { echo "$dev/$name" && return; } ;;
    esac
  done
  return 1
}

named() {
  case $1 in
    "$dev"/disk/by-id/*) [ -e "$1" ] && whole_disk "$1" || with_id "${1##*/}" ;;
    *) whole_disk "$1" ;;
  esac
}

whole_disk() {
  name=$(basename "$(readlink -f "$1")") && is_disk "$name" && [ -e "$sys/block/$name/size" ] && echo "$dev/$name"
}

# Disks of a large controller appear one by one. "first" and "all" are only defined when no more appear.
when_settled() {
  before=-
  for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    now=$(ls "$sys/block")
    if [ "$now" = "$before" ]; then "$@" && return; fi
    before=$now
    sleep "${disk_wait:-2}"
  done
  return 1
}

choose_disk() {
  if [ -n "$1" ]; then when_settled named "$1"; else when_settled first_fitting; fi
}

# Lists fixed disks of any size. Removable disks and disks on USB do not count as part of this machine.
every_fixed() {
  found=1
  for name in $(ls "$sys/block"); do
    is_disk "$name" && is_fixed "$name" && is_writable "$name" && [ "$(size_of "$name")" -gt 0 ] && echo "$dev/$name" && found=0
  done
  return $found
}

all_disks() { when_settled every_fixed; }

list_disks() {
  for name in $(ls "$sys/block"); do
    is_disk "$name" && printf '%s (%s%s) ' "$name" "$(describe_disk "$dev/$name")" "$(is_fixed "$name" || printf ', removable')"
  done
}

describe_disk() {
  model=$(of "${1##*/}" device/model | sed 's/ *$//')
  printf '%s GB%s' "$(($(size_of "${1##*/}") / 1953125))" "${model:+, $model}"
}

# Lists storage controllers without a driver, as vendor:device. Their disks are invisible. A PCI class of 01 is mass storage.
list_undriven() {
  for device in "$sys"/bus/pci/devices/*; do
    case $(cat "$device/class" 2>/dev/null) in 0x01*) ;; *) continue ;; esac
    [ -e "$device/driver" ] || printf '%s:%s ' "$(cut -c3- "$device/vendor")" "$(cut -c3- "$device/device")"
  done
}

# Describes what the machine has instead of a fitting disk.
seen_instead() {
  undriven=$(list_undriven)
  printf 'seen: %s%s' "$(list_disks)" "${undriven:+; no driver for the storage controllers $undriven}"
}
