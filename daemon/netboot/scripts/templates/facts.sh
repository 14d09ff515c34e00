# Prints the hardware of this machine as a query string. Our initrd and the Debian installer source it, so it
# uses only busybox. It starts few processes, because they are slow on an emulated machine. Unknown values are
# left out.
muster_sys=${sys:-/sys} muster_proc=${proc:-/proc}

# Reads the first line of a file into $muster_said.
muster_read() {
  muster_said=
  [ ! -r "$1" ] || read -r muster_said 2>/dev/null <"$1" || :
}

muster_fact() {
  muster_read "$2"
  [ -z "$muster_said" ] || printf '%s=%s\n' "$1" "$muster_said"
}

# An x86 processor with long mode is a 64-bit processor.
muster_processor() {
  awk '
    FILENAME ~ /meminfo$/ { if ($1 == "MemTotal:") print "memoryMb=" int($2 / 1024); next }
    /^processor[ \t]*:/ { count++ }
    /^model name[ \t]*:/ && !named++ { sub(/^[^:]*:[ \t]*/, ""); print "cpu=" $0 }
    /^flags[ \t]*:/ && !arch { arch = $0 ~ / lm( |$)/ ? "x86-64" : $0 ~ / fpu( |$)/ ? "i686" : "" }
    END { print "cpus=" count + 0; if (arch) print "cpuArch=" arch }' "$muster_proc/cpuinfo" "$muster_proc/meminfo"
}

muster_disk_serial() {
  muster_said=
  for muster_file in "$1/serial" "$1/device/serial"; do
    [ -n "$muster_said" ] || muster_read "$muster_file"
  done
  # The vital product data page of a SCSI disk: four bytes of header, then the serial number.
  [ -n "$muster_said" ] || [ ! -r "$1/device/vpd_pg80" ] || muster_said=$(tail -c +5 "$1/device/vpd_pg80" 2>/dev/null | tr -d '\000\n')
}

muster_disks() {
  muster_left=24
  for muster_at in "$muster_sys"/block/*; do
    case ${muster_at##*/} in '*' | loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd* | *boot[0-9] | *rpmb) continue ;; esac
    # The kernel lists each path to a multipath NVMe disk as a hidden disk.
    muster_read "$muster_at/hidden"
    [ "$muster_said" != 1 ] || continue
    [ "$muster_left" -gt 0 ] || return 0
    muster_left=$((muster_left - 1))
    muster_read "$muster_at/size" && muster_disk=${muster_at##*/}'	'$muster_said
    muster_read "$muster_at/queue/rotational" && muster_disk=$muster_disk'	'$muster_said
    muster_disk_serial "$muster_at"
    muster_disk=$muster_disk'	'$muster_said
    muster_read "$muster_at/device/model"
    printf 'disk=%s\t%s\n' "$muster_disk" "$muster_said"
  done
}

muster_cards() {
  muster_left=12
  for muster_at in "$muster_sys"/class/net/*; do
    [ -e "$muster_at/device" ] && [ "$muster_left" -gt 0 ] || continue
    muster_left=$((muster_left - 1))
    muster_driver=$(readlink -f "$muster_at/device/driver" 2>/dev/null)
    muster_read "$muster_at/address"
    printf 'nic=%s\t%s\t%s\n' "${muster_at##*/}" "$muster_said" "${muster_driver##*/}"
  done
}

muster_list() {
  muster_processor
  muster_fact manufacturer "$muster_sys/class/dmi/id/sys_vendor"
  muster_fact product "$muster_sys/class/dmi/id/product_name"
  muster_fact serial "$muster_sys/class/dmi/id/product_serial"
  if [ -d "$muster_sys/firmware/efi" ]; then
    echo firmware=uefi
    muster_fact firmwareBits "$muster_sys/firmware/efi/fw_platform_size"
  else
    echo firmware=bios
  fi
  muster_disks
  muster_cards
}

# Firmware tables and disks may contain any bytes, so percent-encode every byte that is not plain text in a
# URL.
muster_facts() {
  printf 'facts=1'
  muster_list | LC_ALL=C awk '
    BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
    {
      at = index($0, "=")
      printf "&%s", substr($0, 1, at)
      for (i = at + 1; i <= length($0) && i <= at + 200; i++) {
        c = substr($0, i, 1)
        printf "%s", c ~ /[A-Za-z0-9._-]/ ? c : sprintf("%%%02X", code[c])
      }
    }'
}
