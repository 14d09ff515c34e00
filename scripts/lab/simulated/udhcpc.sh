#!/bin/sh
# udhcpc calls this. It sets the address and prints the fields of the answer that a network card reads.
[ "$1" = bound ] || exit 0
ip address flush dev "$interface"
ip address add "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route replace default via "${router%% *}"
echo "address=$ip"
echo "nextServer=$siaddr"
echo "bootFile=${boot_file:-$bootfile}"
