#!/bin/sh
# Adds this machine to the fleet of a Muster control node. It may be run again. All commands are in one
# function that the last line calls. So `curl … | sh` runs nothing when the download is cut short.
set -eu

enrol() {
  control={{ control_url | sh }}
  say() { printf 'muster: %s\n' "$1"; }
  stop() {
    printf 'muster: %s\n' "$1" >&2
    exit 1
  }

  [ "$(id -u)" = 0 ] || stop "this needs root: put sudo before sh"
  [ -d /run/systemd/system ] || stop "this machine does not run systemd; Muster needs it for the call home"
  for program in python3 systemctl ssh-keygen; do
    command -v "$program" >/dev/null || stop "$program is missing; install it: apt-get install python3 systemd openssh-server"
  done
  [ -x /usr/sbin/sshd ] || command -v sshd >/dev/null || stop "no SSH server found; install it: apt-get install openssh-server"

  ssh-keygen -A >/dev/null
  say "SSH host key: $(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2)"

  install -d -m 700 /root/.ssh
  touch /root/.ssh/authorized_keys
  chmod 600 /root/.ssh/authorized_keys
  # Without a line end, our first key would continue the last line.
  [ -z "$(tail -c 1 /root/.ssh/authorized_keys)" ] || echo >>/root/.ssh/authorized_keys
  while IFS= read -r key; do
    [ -n "$key" ] || continue
    if grep -qxF -- "$key" /root/.ssh/authorized_keys; then
      say "key already in authorized_keys of root: ${key##* }"
    else
      printf '%s\n' "$key" >>/root/.ssh/authorized_keys
      say "key added to authorized_keys of root: ${key##* }"
    fi
  done <<'KEYS'
{%- for key in ssh_keys %}
{{ key | preseed }}
{%- endfor %}
KEYS

  install -d -m 755 /etc/muster /usr/local/sbin
  cat >/usr/local/sbin/muster-call-home <<'PROGRAM'
{{ call_home }}
PROGRAM
  chmod 755 /usr/local/sbin/muster-call-home
  cat >/etc/systemd/system/muster-call-home.service <<'UNIT'
{{ call_home_unit }}
UNIT
  (
    umask 077
    cat >/etc/muster/call-home.json <<'CONFIG'
{{ config }}
CONFIG
  )
  systemctl daemon-reload
  systemctl enable --quiet muster-call-home.service
  say "installed muster-call-home.service; calling $control"

  if /usr/local/sbin/muster-call-home --tries 2 --interval 3; then
    say "this machine is in the fleet; see its progress with: muster node $(uname -n | cut -d. -f1)"
  else
    systemctl start --no-block muster-call-home.service
    stop "not accepted yet. The service retries now and at each boot: journalctl -u muster-call-home.service"
  fi
}

enrol
