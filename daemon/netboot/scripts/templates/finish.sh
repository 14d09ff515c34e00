#!/bin/sh
# Runs once inside the new system as root, after either installer. It may be run again. With the argument
# network-first it also moves the boot loader's firmware entry behind the network.
set -eu
name={{ name | sh }}
domain={{ domain | sh }}

echo "$name" >/etc/hostname
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s.%s %s\n::1\tlocalhost ip6-localhost ip6-loopback\n' "$name" "$domain" "$name" >/etc/hosts

# The DHCP server knows the machine by its MAC address. The system must use it as client identifier too, to
# keep the same address.
if [ -d /etc/systemd/network ] && [ ! -e /etc/network/interfaces ]; then
  printf '[Match]\nType=ether\nName=e*\n\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=ipv6\n\n[DHCPv4]\nClientIdentifier=mac\n' >/etc/systemd/network/80-muster.network
fi
if [ -f /etc/dhcpcd.conf ]; then
  sed -i 's/^duid.*/clientid/' /etc/dhcpcd.conf
fi
if [ -d /etc/dhcp ]; then
  grep -qs '^send dhcp-client-identifier = hardware' /etc/dhcp/dhclient.conf || echo 'send dhcp-client-identifier = hardware;' >>/etc/dhcp/dhclient.conf
fi

rm -f /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources
cat >/etc/apt/sources.list.d/debian.sources <<'SOURCES'
Types: deb
URIs: {{ mirror | preseed }}
Suites: {{ suites | preseed }}
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
{%- if security_mirror %}

Types: deb
URIs: {{ security_mirror | preseed }}
Suites: {{ suite | preseed }}-security
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
{%- endif %}
SOURCES

# Generate the host keys before the call home, because the control node pins the reported key.
ssh-keygen -A
install -d -m 700 /root/.ssh
cat >/root/.ssh/authorized_keys <<'KEYS'
{%- for key in ssh_keys %}
{{ key | preseed }}
{%- endfor %}
KEYS
chmod 600 /root/.ssh/authorized_keys
install -d -m 755 /etc/ssh/sshd_config.d
printf 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n' >/etc/ssh/sshd_config.d/10-muster.conf
# "!" would also refuse root's key where PAM is off; "*" only means that no password matches.
usermod -p {{ root_password | sh }} root

install -d -m 755 /etc/muster /usr/local/sbin
umask 077
cat >/etc/muster/call-home.json <<'CONFIG'
{"url": {{ control_url | json_text }}, "token": {{ token | json_text }}, "mac": {{ mac | json_text }}, "set_clock": true}
CONFIG
umask 022
cat >/usr/local/sbin/muster-call-home <<'PROGRAM'
{{ call_home }}
PROGRAM
chmod 755 /usr/local/sbin/muster-call-home
cat >/etc/systemd/system/muster-call-home.service <<'UNIT'
{{ call_home_unit }}
UNIT
install -d -m 755 /etc/systemd/system/multi-user.target.wants
ln -sf ../muster-call-home.service /etc/systemd/system/multi-user.target.wants/muster-call-home.service

# Put the entry that this boot came from first again, so that the control node keeps control of each boot.
vars=/sys/firmware/efi/efivars
if [ "${1:-}" = network-first ] && [ -d "$vars" ] && command -v efibootmgr >/dev/null; then
  mounted=
  mountpoint -q "$vars" || { mount -t efivarfs efivarfs "$vars" && mounted=yes; } || true
  current=$(efibootmgr | sed -n 's/^BootCurrent: //p')
  order=$(efibootmgr | sed -n 's/^BootOrder: //p' | tr , '\n' | grep -vx "$current") || true
  [ -z "$current" ] || efibootmgr -q -o "$(printf '%s\n' "$current" $order | paste -s -d , -)" || echo "the boot order could not be changed"
  [ -z "$mounted" ] || umount "$vars"
fi
