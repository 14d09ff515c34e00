# The Debian installer sources this just before partitioning. It asks the control node for permission, then
# sets the disk. Without permission it stops here, and nothing has been written.
muster_stop() {
  wget -q -O /dev/null "{{ progress_url }}/failed?detail=$1" || true
  echo "Muster: $1; this machine boots its disk in a minute" >/dev/console
  sleep 60
  reboot
  sleep 600
}

{{ disk_rules }}
# A query may contain no spaces.
muster_word() { printf %s "$1" | tr -cs 'A-Za-z0-9:,.()-' '-' | cut -c1-200; }

muster_named={{ disk | sh }}
muster_disk=$(choose_disk "$muster_named") ||
  muster_stop "${muster_named:+the-disk-named-for-this-node-is-missing-}no-disk-found-$(muster_word "$(seen_instead)")"
[ -b "$muster_disk" ] || muster_stop "no-block-device-$(muster_word "$muster_disk")"
wget -q -O /dev/null "{{ progress_url }}/partition?detail=$muster_disk" || muster_stop no-permission-to-write-to-the-disk
debconf-set partman-auto/disk "$muster_disk"
debconf-set grub-installer/bootdev "$muster_disk"

# This hook runs when the partitions are made and mounted. The base system's own hooks run only after it has
# been unpacked.
printf '#!/bin/sh\nwget -q -O /dev/null "{{ progress_url }}/base" || true\n' >/lib/partman/finish.d/99muster
chmod +x /lib/partman/finish.d/99muster
