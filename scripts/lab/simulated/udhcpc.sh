#!/bin/sh
# What udhcpc calls: takes the address and prints what a network card would read from the answer.
[ "$1" = bound ] || exit 0
ip address flush dev "$interface"
ip address add "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route replace default via "${router%% *}"
echo "address=$ip"
echo "nextServer=$siaddr"
echo "bootFile=${boot_file:-$bootfile}"
