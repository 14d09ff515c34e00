# The Debian installer sources this just before partitioning. It asks the control node for permission, then
# sets the disk. Without permission it stops here, and nothing has been written.
muster_stop() {
  wget -q -O /dev/null "{{ progress_url }}/failed?detail=$1" || true
  echo "Muster: $1; this machine boots its disk in a minute" >/dev/console
  sleep 60
  reboot
  sleep 600
}

muster_disk={{ disk | sh }}
if [ -z "$muster_disk" ]; then
  for muster_name in $(ls /sys/block | sort); do
    case $muster_name in
      nvme*|sd*|vd*|xvd*|hd*|mmcblk*) ;;
      *) continue ;;
    esac
    case $muster_name in *boot[0-9]|*rpmb) continue ;; esac
    [ "$(cat /sys/block/$muster_name/removable)" = 0 ] || continue
    [ "$(cat /sys/block/$muster_name/ro)" = 0 ] || continue
    [ "$(cat /sys/block/$muster_name/size)" -ge 4000000 ] || continue
    muster_disk=/dev/$muster_name
    break
  done
fi
[ -n "$muster_disk" ] || muster_stop no-disk-found
[ -b "$(readlink -f "$muster_disk")" ] || muster_stop the-disk-named-for-this-node-is-missing
wget -q -O /dev/null "{{ progress_url }}/partition?detail=$muster_disk" || muster_stop no-permission-to-write-to-the-disk
debconf-set partman-auto/disk "$muster_disk"
debconf-set grub-installer/bootdev "$muster_disk"

# This hook runs when the partitions are made and mounted. The base system's own hooks run only after it has
# been unpacked.
printf '#!/bin/sh\nwget -q -O /dev/null "{{ progress_url }}/base" || true\n' >/lib/partman/finish.d/99muster
chmod +x /lib/partman/finish.d/99muster
