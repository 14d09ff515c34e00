# Loads the drivers of this machine's hardware. Each device names its driver, and a loaded driver may reveal
# more devices.
sys=${sys:-/sys}

load_drivers() {
  for module in ext4 vfat nls_ascii nls_cp437 efivarfs sd_mod; do modprobe -q "$module"; done
  known=
  for round in 1 2 3 4 5; do
    aliases=$(find "$sys/devices" -name modalias -exec cat {} + 2>/dev/null | sort -u)
    [ "$aliases" != "$known" ] || break
    known=$aliases
    printf '%s\n' "$aliases" | xargs modprobe -q -a 2>/dev/null
    # Controllers detect their disks in the background.
    sleep 0.5
  done
}
