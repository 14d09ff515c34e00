# Chooses the disk to install to: the one named for this node, or else the first that is fixed, writable and
# large enough. The answers for the Debian installer use the same rule.
sys=${sys:-/sys} dev=${dev:-/dev}
# In 512-byte sectors: 2 GB, the minimum for the system alone.
smallest=4000000

of() { cat "$sys/block/$1/$2" 2>/dev/null; }

is_disk() {
  case $1 in *boot[0-9] | *rpmb) return 1 ;; nvme*n* | sd* | vd* | xvd* | hd* | mmcblk*) return 0 ;; esac
  return 1
}

# USB backup disks and cards in a reader report that they are not removable, so check the bus too.
is_fixed() {
  [ "$(of "$1" removable)" = 0 ] || return 1
  case $(readlink -f "$sys/block/$1") in */usb[0-9]*) return 1 ;; esac
  [ "$(of "$1" device/type)" != SD ]
}

is_fitting() {
  is_disk "$1" && is_fixed "$1" && [ "$(of "$1" ro)" = 0 ] && [ "$(of "$1" size)" -ge "$smallest" ]
}

first_fitting() {
  for name in $(ls "$sys/block"); do
    is_fitting "$name" && echo "$dev/$name" && return
  done
  return 1
}

# There is no udev here to create /dev/disk/by-id. The end of such a name is compared with the disk's id and
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
    "$dev"/disk/by-id/*) with_id "${1##*/}" ;;
    *) name=$(basename "$(readlink -f "$1")") && is_disk "$name" && [ -e "$sys/block/$name/size" ] && echo "$dev/$name" ;;
  esac
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
    is_disk "$name" && is_fixed "$name" && [ "$(of "$name" ro)" = 0 ] && [ "$(of "$name" size)" -gt 0 ] && echo "$dev/$name" && found=0
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
  printf '%s GB%s' "$(($(of "${1##*/}" size) / 1953125))" "${model:+, $model}"
}
