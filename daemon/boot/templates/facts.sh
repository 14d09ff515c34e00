# Says what this machine is made of, as a query string. Sourced by our initrd and by the Debian installer: busybox and
# nothing else. A fact that is not to be had is left out.
muster_sys=${sys:-/sys} muster_proc=${proc:-/proc}

# Firmware tables and disks say anything: one line, without what separates fields and values.
muster_line() { tr -d '\000' | tr '\t\n' '  ' | sed -e 's/  */ /g' -e 's/^ //' -e 's/ $//' | cut -c 1-100; }
muster_read() { cat "$1" 2>/dev/null | muster_line; }

muster_fact() {
  [ -n "$2" ] || return 0
  printf '&%s=' "$1"
  printf '%s\n' "$2" | LC_ALL=C awk 'BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
    { for (i = 1; i <= length($0); i++) { c = substr($0, i, 1); printf "%s", c ~ /[A-Za-z0-9._-]/ ? c : sprintf("%%%02X", code[c]) } }'
}

muster_disk_serial() {
  for muster_file in serial device/serial; do
    [ ! -e "$1/$muster_file" ] || { muster_read "$1/$muster_file"; return; }
  done
  # A SCSI disk's vital data: four bytes of header, then the serial number.
  tail -c +5 "$1/device/vpd_pg80" 2>/dev/null | muster_line
}

muster_disks() {
  muster_left=24
  for muster_at in "$muster_sys"/block/*; do
    muster_name=${muster_at##*/}
    case $muster_name in '*' | loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd*) continue ;; esac
    [ "$muster_left" -gt 0 ] || return 0
    muster_left=$((muster_left - 1))
    muster_fact disk "$(printf '%s\t%s\t%s\t%s\t%s' "$muster_name" "$(muster_read "$muster_at/size")" \
      "$(muster_read "$muster_at/queue/rotational")" "$(muster_disk_serial "$muster_at")" "$(muster_read "$muster_at/device/model")")"
  done
}

muster_cards() {
  muster_left=12
  for muster_at in "$muster_sys"/class/net/*; do
    [ -e "$muster_at/device" ] && [ "$muster_left" -gt 0 ] || continue
    muster_left=$((muster_left - 1))
    muster_driver=$(readlink -f "$muster_at/device/driver" 2>/dev/null)
    muster_fact nic "$(printf '%s\t%s\t%s' "${muster_at##*/}" "$(muster_read "$muster_at/address")" "${muster_driver##*/}")"
  done
}

muster_cpu() {
  awk -F '[ \t]*:' -v key="$1" '$1 == key { sub(/^[^:]*:[ \t]*/, ""); print; exit }' "$muster_proc/cpuinfo"
}

muster_facts() {
  printf 'facts=1'
  muster_fact cpu "$(muster_cpu 'model name')"
  muster_fact cpus "$(grep -c '^processor' "$muster_proc/cpuinfo")"
  # Long mode is what makes an x86 processor a 64-bit one.
  case " $(muster_cpu flags) " in
    *' lm '*) muster_fact cpuArch x86-64 ;;
    *' fpu '*) muster_fact cpuArch i686 ;;
  esac
  muster_fact memoryMb "$(awk '/^MemTotal:/ { print int($2 / 1024) }' "$muster_proc/meminfo")"
  muster_dmi=$muster_sys/class/dmi/id
  muster_fact manufacturer "$(muster_read "$muster_dmi/sys_vendor")"
  muster_fact product "$(muster_read "$muster_dmi/product_name")"
  muster_fact serial "$(muster_read "$muster_dmi/product_serial")"
  if [ -d "$muster_sys/firmware/efi" ]; then
    muster_fact firmware uefi
    muster_fact firmwareBits "$(muster_read "$muster_sys/firmware/efi/fw_platform_size")"
  else
    muster_fact firmware bios
  fi
  muster_disks
  muster_cards
}
