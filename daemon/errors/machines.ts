/** The error codes and hints of the area `machines`. */
export const machineHints = {
  NODE_NOT_FOUND: "List the known nodes with `muster nodes`.",
  NODE_WRONG_PHASE: "`muster node <name>` shows the node's phase and the events that led to it.",
  NODE_UNSUITABLE: "Install that machine by hand, or replace it. `muster node <name>` shows its known hardware.",
  NODE_NAME_TAKEN: "Choose another name. `muster nodes` shows the names in use.",
  RACK_NOT_FOUND: "List the racks with `muster rack`. Add one with `muster rack add`.",
  PLACE_REFUSED: "`muster rack` shows the machines in each rack.",
  TOKEN_INVALID: "A token works once, for one machine. Arm the node again, or create a token with `muster token create`.",
  TOKEN_NOT_FOUND: "List the valid tokens with `muster token list`.",
  MACHINE_QUARANTINED: "An operator decides about it: `muster quarantine` lists it, and releases or discards it.",
  CLAIM_NOT_FOUND: "List the machines in quarantine with `muster quarantine`.",
  ADDRESS_NOT_ALLOWED:
    "Add networks of your machines to `machines.call_home.networks` in muster.yaml. If they call through a NAT router or a proxy, add its network to `machines.call_home.relayed`.",
  GROUP_NOT_FOUND: "`muster inventory` shows the groups. `muster group add <node> <group>` creates one.",
  INVENTORY_INVALID: "Repair the file by hand. Muster has not changed it.",
  INVENTORY_UNUSABLE:
    "Put one file there, or a link to one file. The daemon's user must be able to read the file and to write into its folder.",
  INVENTORY_LOCKED: "Find the process that holds the lock. The lock is a folder next to the file, and next to a link to the file.",
  POWER_NOT_CONFIGURED:
    "Add a driver for the node to `machines.power.nodes` in muster.yaml, by name or MAC address, and start the daemon again.",
  POWER_NOT_SUPPORTED: "Give the node a driver that supports this in `machines.power.nodes` in muster.yaml: ipmi, redfish or command.",
  POWER_BY_HAND: "Do it at the machine. Then `muster node <name>` shows what it does.",
  POWER_BUSY: "Wait until the other action has ended. It takes at most `machines.power.timeout_seconds`.",
  POWER_UNREACHABLE: "Check the address and the network of the BMC, and that IPMI over LAN or Redfish is enabled there.",
  POWER_LOGIN_REFUSED:
    "Compare `user`, `password_file` and `privilege` or `certificate_sha256` in muster.yaml with the settings of the BMC.",
  POWER_PROGRAM_MISSING: "Install it on the control node. ipmitool is the Debian package of that name.",
  POWER_FAILED: "`muster power status <name>` shows the present state. The daemon's log has the details.",
  POWER_UNKNOWN: "The outcome is not known. `muster power status <name>` shows the present state.",
} as const;
