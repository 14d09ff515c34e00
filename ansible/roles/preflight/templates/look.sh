# Prints one sentence for each reason not to configure this machine now, with advice. Without a reason it prints nothing.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
if [ "$(id -u)" != 0 ]; then
  echo "Logged in as $(id -un), not as root. Set ansible_user to root, or set ansible_become to true for a user with passwordless sudo."
  exit
fi

{% for folder, wanted in preflight_disk_mb.items() %}
free=$(df -Pk {{ folder | quote }} | awk 'NR == 2 { print int($4 / 1024) }')
[ "${free:-0}" -ge {{ wanted | int }} ] || echo "Only ${free:-0} MB are free in" {{ folder | quote }}", and {{ wanted | int }} are needed. Free some space there, or lower preflight_disk_mb."
{% endfor %}

for folder in /etc /var/lib /tmp; do
  if probe=$(mktemp "$folder/.muster-XXXXXX" 2>/dev/null); then rm -f "$probe"
  else echo "$folder is not writable. Check dmesg for disk errors, then run mount -o remount,rw /."
  fi
done

memory=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)
[ "${memory:-0}" -ge {{ preflight_memory_mb | int }} ] || echo "The machine has ${memory:-0} MB of memory, and {{ preflight_memory_mb | int }} are needed. Add memory, or lower preflight_memory_mb."

ahead=$(($(date +%s) - {{ now().timestamp() | int }}))
[ "${ahead#-}" -le {{ preflight_clock_seconds | int }} ] || echo "The clock is ${ahead#-} seconds $([ "$ahead" -lt 0 ] && echo behind || echo ahead of) the control node's clock. Set it with date --set, and check the battery and timedatectl timesync-status."

python={{ ansible_python_interpreter | default('/usr/bin/python3') | quote }}
if ! version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); then
  echo "$python does not run. Run apt-get install python3 python3-apt."
elif [ "$(printf '%s\n' {{ preflight_python | quote }} "$version" | sort -V | head -n 1)" != {{ preflight_python | quote }} ]; then
  echo "Python is $version, and {{ preflight_python }} is needed. Upgrade Debian, or name another one with ansible_python_interpreter."
fi

{% for port in preflight_free_ports %}
[ -z "$(ss -Hltn 'sport = :{{ port | int }}')" ] || echo "Another program listens on TCP port {{ port | int }}. Find it with ss -ltnp."
{% endfor %}
exit 0
