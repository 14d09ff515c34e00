# Runs inside the new system, so that its own programs install its boot loader.

in_target() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=linux chroot "$target" "$@"; }

enter_target() {
  mount -t vfat "$esp" "$target/boot/efi"
  mount -o bind /dev "$target/dev"
  mount -t proc proc "$target/proc"
  mount -t sysfs sysfs "$target/sys"
  mount -t tmpfs tmpfs "$target/run"
  [ "$(firmware)" = BIOS ] || mount -t efivarfs efivarfs "$target/sys/firmware/efi/efivars"
  # update-grub identifies the root by UUID only if this link exists.
  mkdir -p /dev/disk/by-uuid
  ln -sf "$root" "/dev/disk/by-uuid/$root_uuid"
}

leave_target() {
  sync
  for each in sys/firmware/efi/efivars run sys proc dev boot/efi; do umount "$target/$each" 2>/dev/null; done
  umount "$target"
}

install_boot_loader() {
  grub --target=i386-pc "$1" || { [ "$(firmware)" = UEFI ] || return 1; }
  # Install to the path that every firmware tries by itself, because boot entries get lost.
  grub --target=x86_64-efi --efi-directory=/boot/efi --removable --no-nvram || { [ "$(firmware)" = BIOS ] || return 1; }
  [ "$(firmware)" = BIOS ] || add_boot_entry
  in_target update-grub >/run/grub.log 2>&1 || { why="the boot menu could not be made: $(tail -n 1 /run/grub.log)"; return 1; }
}

grub() { in_target grub-install "$@" >/run/grub.log 2>&1 || { why="grub-install $1: $(tail -n 1 /run/grub.log)"; return 1; }; }

# Adds an entry to the firmware's boot menu. The network, which this boot came from, stays first, so the
# control node keeps control of each boot.
add_boot_entry() {
  grub --target=x86_64-efi --efi-directory=/boot/efi --bootloader-id=debian || { say "no boot entry was added: $why"; return; }
  entries=$(in_target efibootmgr)
  current=$(printf '%s\n' "$entries" | sed -n 's/^BootCurrent: //p')
  order=$(printf '%s\n' "$entries" | sed -n 's/^BootOrder: //p' | tr , '\n' | grep -vx "$current")
  [ -z "$current" ] || in_target efibootmgr -q -o "$(printf '%s\n' "$current" $order | paste -s -d , -)" || say "the boot order could not be changed"
}
