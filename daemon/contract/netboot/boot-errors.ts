/**
 * Error messages of network boot firmware, for `muster explain --error` and for the table in the documentation. The texts are
 * from Intel's PXE 2.1 ROMs and from EDK2. EDK2 reuses some of Intel's error numbers.
 */

/** The steps of a boot, in order. Each error names the boot step that failed or did not happen. */
export const bootSteps = ["link", "discover", "offer", "lease", "boot-server", "loader", "ipxe", "script"] as const;
export type BootStep = (typeof bootSteps)[number];

export interface BootError {
  code: string;
  says: string;
  /** The meaning of the error, as seen from the server. */
  means: string;
  /** The step that failed. */
  step: BootStep;
  next: string;
}

const missingOffer = "Same network and VLAN? `netboot.interface` the right card? Firewall: UDP 67 and 4011. A relay between? See Relays.";

export const bootErrors: readonly BootError[] = [
  {
    code: "PXE-E00",
    says: "Could not find enough free base memory",
    means: "The ROM does not start, so it sends nothing.",
    step: "link",
    next: "Switch other option ROMs (RAID, SCSI) off in the BIOS setup.",
  },
  {
    code: "PXE-E05",
    says: "EEPROM checksum error (BIOS); buffer size is smaller than the requested file (UEFI)",
    means:
      "On BIOS the network card's own memory is damaged. On UEFI the file grew between asking for its size and fetching it, or does not fit.",
    step: "loader",
    next: "UEFI: `muster assets fetch`, then boot again. BIOS: another network card.",
  },
  {
    code: "PXE-E07",
    says: "PCI BIOS calls not supported (BIOS); network device error (UEFI)",
    means: "The firmware cannot drive its network card.",
    step: "link",
    next: "Update the firmware, or use another card.",
  },
  {
    code: "PXE-E09",
    says: "Unexpected UNDI loader error (BIOS); could not allocate I/O buffers (UEFI)",
    means: "The firmware has no memory for the boot file.",
    step: "loader",
    next: "Update the firmware; on BIOS switch other option ROMs off.",
  },
  {
    code: "PXE-E11",
    says: "ARP timeout",
    means: "The machine has an address and a boot file, but no ARP answer came from the server.",
    step: "loader",
    next: "Is the server's address in the machine's subnet, or the router right? Does another server name a wrong next-server?",
  },
  {
    code: "PXE-E12",
    says: "Could not detect network connection",
    means: "No link, so the machine sends nothing.",
    step: "link",
    next: "Cable, switch port. Ports with spanning tree wait 30 s: set them to portfast (edge).",
  },
  {
    code: "PXE-E16",
    says: "No valid offer received",
    means: "UEFI received no usable offer, or got no answer on port 4011. An offer with only an address is not enough.",
    step: "boot-server",
    next: `${missingOffer} If offers were sent and nothing followed, set the boot options on the router: see Two servers.`,
  },
  {
    code: "PXE-E18",
    says: "Server response timeout",
    means: "The machine knew the server and the file, but the transfer stopped.",
    step: "loader",
    next: "Firewall: UDP 69, and the high UDP ports TFTP answers from. Another server's next-server in the offer?",
  },
  {
    code: "PXE-E21",
    says: "Remote boot cancelled",
    means: "A key was pressed, or the firmware's time for network boot ran out.",
    step: "offer",
    next: "Boot again. When it comes back by itself, look at the last packets with `muster capture`.",
  },
  {
    code: "PXE-E22",
    says: "Client received ICMP error from server",
    means: "The named server exists, but no program listens on the requested port.",
    step: "loader",
    next: "Is that server Muster's? `muster doctor` says who holds UDP 69. Else another server's next-server was taken.",
  },
  {
    code: "PXE-E23",
    says: "Client received TFTP error from server",
    means: "The requested file does not exist, or the client ended the transfer.",
    step: "loader",
    next: "`muster assets fetch` brings the boot files. An unknown file name came from another DHCP server.",
  },
  {
    code: "PXE-E32",
    says: "TFTP open timeout",
    means: "The machine requested the boot file and got no answer.",
    step: "loader",
    next: "Firewall: UDP 69. If no TFTP request arrived here, it went to another server: check next-server on the router.",
  },
  {
    code: "PXE-E35",
    says: "TFTP read timeout",
    means: "The transfer started and then stopped.",
    step: "loader",
    next: "A firewall that lets port 69 in but not the high port the file comes from; a bad cable; a duplicate address.",
  },
  {
    code: "PXE-E36",
    says: "Error received from TFTP server",
    means: "The server refused.",
    step: "loader",
    next: "`muster node <name>` names the file. `muster assets fetch` brings the boot files.",
  },
  {
    code: "PXE-E38",
    says: "TFTP cannot open connection",
    means: "The ROM could not start the transfer.",
    step: "loader",
    next: "Switch it off and on again; update its firmware if it stays.",
  },
  {
    code: "PXE-E3B",
    says: "TFTP error: file not found",
    means: "The named file is not on the server that the machine asked.",
    step: "loader",
    next: "Run `muster assets fetch`. An unknown file name came from another DHCP server.",
  },
  {
    code: "PXE-E3C",
    says: "TFTP error: access violation",
    means: "The machine requested a file outside the boot files.",
    step: "loader",
    next: "`muster node <name>` shows the file name. It came from another DHCP server.",
  },
  {
    code: "PXE-E51",
    says: "No DHCP or proxyDHCP offers were received",
    means: "No server answered: neither the DHCP server of the LAN nor Muster.",
    step: "offer",
    next: missingOffer,
  },
  {
    code: "PXE-E52",
    says: "proxyDHCP offers were received. No DHCP offers were received",
    means: "Muster offered a boot file, but no DHCP server offered an address.",
    step: "lease",
    next: "In proxy mode another server must assign addresses. Is it on? Is its range used up? Without such a server use `netboot.dhcp: full`.",
  },
  {
    code: "PXE-E53",
    says: "No boot filename received",
    means: "The machine has an address, but no accepted offer named a boot file.",
    step: "boot-server",
    next: "If Muster refused, the reason is below. If Muster's offer was sent, this ROM took another server's: see Two servers.",
  },
  {
    code: "PXE-E55",
    says: "proxyDHCP service did not reply to request on port 4011",
    means: "The machine had Muster's offer and asked port 4011, but got no answer.",
    step: "boot-server",
    next: "Firewall: UDP 4011. If no request arrived here, another server on the LAN announces itself as PXE server.",
  },
  {
    code: "PXE-E61",
    says: "Media test failure, check cable",
    means: "No link, so the machine sends nothing.",
    step: "link",
    next: "Cable, switch port, speed negotiation; spanning tree without portfast.",
  },
  {
    code: "PXE-E63",
    says: "Error while initializing the NIC",
    means: "The ROM cannot drive its card.",
    step: "link",
    next: "Switch it off at the mains for ten seconds; update its firmware.",
  },
  {
    code: "PXE-E74",
    says: "Bad or missing PXE menu and/or prompt information",
    means: "An offer promised a menu. It came from another server, because Muster offers none.",
    step: "boot-server",
    next: "Remove option 43 from the router or the other PXE server.",
  },
  {
    code: "PXE-E77",
    says: "Bad or missing discovery server list",
    means: "An offer had a broken option 43. Muster sends option 43 to BIOS ROMs only, without a list.",
    step: "boot-server",
    next: "Remove option 43 from the router or the other PXE server.",
  },
  {
    code: "PXE-E78",
    says: "Could not locate boot server",
    means: "The machine looked for a boot server from option 43 of another server.",
    step: "boot-server",
    next: "Remove options 43 and 60 from the router or the other PXE server.",
  },
  {
    code: "PXE-E79",
    says: "NBP is too big to fit in free base memory",
    means: "A BIOS got a file that is too large, usually a UEFI file from a server with one file for all machines.",
    step: "loader",
    next: "Make the router distinguish architectures, or remove its boot file: see Two servers.",
  },
  {
    code: "PXE-E89",
    says: "Could not download boot image",
    means: "The transfer failed half-way.",
    step: "loader",
    next: "As for PXE-E35.",
  },
  {
    code: "PXE-E99",
    says: "Unexpected network error",
    means: "The firmware gives no reason.",
    step: "loader",
    next: "`muster capture <name>` shows the last packet; the step after it is what failed.",
  },
  {
    code: "PXE-M0F",
    says: "Exiting PXE ROM",
    means: "The ROM has given up or boots the next device. The line above shows the reason.",
    step: "offer",
    next: "Look up the code above it.",
  },
];

/** Finds an error by its code, such as `e53`, `E53` or `PXE-E53`. */
export function findBootError(text: string): BootError | undefined {
  const code = `PXE-${text
    .trim()
    .toUpperCase()
    .replace(/^PXE-?/, "")}`;
  return bootErrors.find((error) => error.code === code);
}
