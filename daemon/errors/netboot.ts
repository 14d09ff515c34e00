/** The error codes and hints of the area `netboot`. */
export const netbootHints = {
  CAPTURE_EMPTY: "Boot the machine from the network once. Muster keeps the packets of booting machines while there is room.",
  LEASE_NOT_FOUND: "List the addresses with `muster leases`.",
  LEASE_IN_USE: "Only an address that is declined or in conflict can be released. A lease ends by itself, or when its machine releases it.",
  NETBOOT_SILENT: "netboot hands out the addresses in full mode. `muster doctor` and the daemon's log show whether it runs.",
  QUIRKS_UNKNOWN: "List the machines with special boot settings with `muster quirks`.",
  OTHER_DHCP_SERVER: "Switch that server off, or use `netboot.dhcp: proxy`, which hands out no addresses.",
  BOOT_FILES_MISSING: "Fetch them with `muster assets fetch`. Build the image with `muster image build`.",
} as const;
