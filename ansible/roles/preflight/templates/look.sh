# One sentence for each reason why this machine should not be configured now, with what to do. No reason, no output.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
if [ "$(id -u)" != 0 ]; then
  echo "Logged in as $(id -un), not as root: set ansible_user to root, or ansible_become to true for a user who may use sudo without a password."
  exit
fi

{% for folder, wanted in preflight_disk_mb.items() %}
free=$(df -Pk {{ folder | quote }} | awk 'NR == 2 { print int($4 / 1024) }')
[ "${free:-0}" -ge {{ wanted | int }} ] || echo "Only ${free:-0} MB are free in" {{ folder | quote }}", and {{ wanted | int }} are needed: make room there, or ask for less with preflight_disk_mb."
{% endfor %}

for folder in /etc /var/lib /tmp; do
  if probe=$(mktemp "$folder/.muster-XXXXXX" 2>/dev/null); then rm -f "$probe"
  else echo "Nothing can be written to $folder: see dmesg for errors of the disk, then mount -o remount,rw /."
  fi
done

memory=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)
[ "${memory:-0}" -ge {{ preflight_memory_mb | int }} ] || echo "The machine has ${memory:-0} MB of memory, and {{ preflight_memory_mb | int }} are needed: add some, or ask for less with preflight_memory_mb."

ahead=$(($(date +%s) - {{ now().timestamp() | int }}))
[ "${ahead#-}" -le {{ preflight_clock_seconds | int }} ] || echo "The clock is ${ahead#-} seconds $([ "$ahead" -lt 0 ] && echo behind || echo ahead of) the control node's: set it with date --set, and look at the battery and at timedatectl timesync-status."

python={{ ansible_python_interpreter | default('/usr/bin/python3') | quote }}
if ! version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); then
  echo "$python does not run: apt-get install python3 python3-apt."
elif [ "$(printf '%s\n' {{ preflight_python | quote }} "$version" | sort -V | head -n 1)" != {{ preflight_python | quote }} ]; then
  echo "Python is $version, and {{ preflight_python }} is needed: upgrade Debian, or name another one with ansible_python_interpreter."
fi

{% for port in preflight_free_ports %}
[ -z "$(ss -Hltn 'sport = :{{ port | int }}')" ] || echo "Somebody listens on TCP port {{ port | int }} already: see ss -ltnp."
{% endfor %}
exit 0
