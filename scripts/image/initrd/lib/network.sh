# Gets an address for the network card that this machine booted from.
sys=${sys:-/sys}

# Hardware Ethernet cards that are not wireless.
list_cards() {
  for card in "$sys"/class/net/*; do
    [ -e "$card/device" ] && [ "$(cat "$card/type")" = 1 ] && [ ! -e "$card/wireless" ] && echo "${card##*/}"
  done
}

# The firmware passes the card it used as 01-aa-bb-cc-dd-ee-ff; 01 means Ethernet.
booted_from() { argument BOOTIF | sed 's/^01-//' | tr 'A-F-' 'a-f:'; }

card_with() {
  for card in $(list_cards); do
    [ "$(cat "$sys/class/net/$card/address")" = "$1" ] && echo "$card" && return
  done
  return 1
}

wait_for() {
  left=$1
  shift
  until "$@" >/dev/null; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 1
  done
}

has_carrier() { [ "$(cat "$sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]; }

# A port of a switch with spanning tree drops every packet for 30 to 50 seconds after the link is up. During this time,
# the card has a carrier.
dhcp_tries=30 dhcp_pause=3

ask_for_address() {
  ip link set "$1" up
  wait_for 40 has_carrier "$1" || { why="$1 has no link"; return 1; }
  # udhcpc uses the MAC as client identifier by default, so it gets the same lease as the firmware.
  udhcpc -i "$1" -s /lib/muster/udhcpc.sh -V muster-installer -n -q -f -t "$dhcp_tries" -T "$dhcp_pause" >/run/udhcpc.log 2>&1 ||
    { why="no DHCP server answered on $1 within $((dhcp_tries * dhcp_pause)) s"; return 1; }
}

join_network() {
  wanted=$(booted_from)
  if [ -n "$wanted" ]; then
    wait_for 20 card_with "$wanted" || { why="no driver for the card this machine booted from ($wanted); cards found: $(list_cards | tr '\n' ' ')"; return 1; }
    cards=$(card_with "$wanted")
  else
    wait_for 20 has_cards || { why="no network card"; return 1; }
    cards=$(list_cards)
  fi
  for card in $cards; do
    ask_for_address "$card" || continue
    say "network: $(cat "$sys/class/net/$card/address") ($card, $(driver_of "$card")) is $(ip -4 -o address show dev "$card" | awk '{ print $4 }')"
    return 0
  done
  return 1
}

has_cards() { [ -n "$(list_cards)" ]; }
driver_of() { basename "$(readlink -f "$sys/class/net/$1/device/driver")"; }
