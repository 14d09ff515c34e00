/**
 * What a machine's screen says when it does not boot from the network, as data: for `muster explain --error`, and for the
 * table of the documentation. The texts are those of Intel's PXE 2.1 ROMs and of EDK2, which reuses some of the numbers.
 */

/** What a boot does one after the other. An error names the step that did not come, or went wrong. */
export const bootSteps = ["link", "discover", "offer", "lease", "boot-server", "loader", "ipxe", "script"] as const;
export type BootStep = (typeof bootSteps)[number];

export interface BootError {
  code: string;
  says: string;
  /** From our side of the wire. */
  means: string;
  /** Where the boot ended. */
  step: BootStep;
  next: string;
}

const missingOffer = "Same network and VLAN? `netboot.interface` the right card? Firewall: UDP 67 and 4011. A relay between? See Relays.";

export const bootErrors: readonly BootError[] = [
  {
    code: "PXE-E00",
    says: "Could not find enough free base memory",
    means: "The ROM itself does not start; nothing reaches the wire.",
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
    means: "It has an address and a boot file, and nobody answered its question where the server is.",
    step: "loader",
    next: "Is the server's address in the machine's subnet, or the router right? Does another server name a wrong next-server?",
  },
  {
    code: "PXE-E12",
    says: "Could not detect network connection",
    means: "No link: nothing reaches the wire.",
    step: "link",
    next: "Cable, switch port. Ports with spanning tree wait 30 s: set them to portfast (edge).",
  },
  {
    code: "PXE-E16",
    says: "No valid offer received",
    means:
      "UEFI heard no offer that it could use, or was sent to port 4011 and nobody answered there. A card that offers an address alone is not enough.",
    step: "boot-server",
    next: `${missingOffer} If offers were sent and nothing followed, set the boot options on the router: see Two servers.`,
  },
  {
    code: "PXE-E18",
    says: "Server response timeout",
    means: "It knew a server and a file, and the transfer fell silent.",
    step: "loader",
    next: "Firewall: UDP 69, and the high UDP ports TFTP answers from. Another server's next-server in the offer?",
  },
  {
    code: "PXE-E21",
    says: "Remote boot cancelled",
    means: "Somebody pressed a key, or the firmware's time for network boot ran out.",
    step: "offer",
    next: "Boot again. When it comes back by itself, look at the last packets with `muster capture`.",
  },
  {
    code: "PXE-E22",
    says: "Client received ICMP error from server",
    means: "The named server exists, and nothing listens on the port the machine asked.",
    step: "loader",
    next: "Is that server Muster's? `muster doctor` says who holds UDP 69. Else another server's next-server was taken.",
  },
  {
    code: "PXE-E23",
    says: "Client received TFTP error from server",
    means: "The file it asked for is not there, or it broke off by itself.",
    step: "loader",
    next: "`muster assets fetch` brings the boot files. A name that is not ours came from another DHCP server.",
  },
  {
    code: "PXE-E32",
    says: "TFTP open timeout",
    means: "It asked for the boot file and heard nothing.",
    step: "loader",
    next: "Firewall: UDP 69. If no TFTP request reached us, it asks another server: look for a next-server on the router.",
  },
  {
    code: "PXE-E35",
    says: "TFTP read timeout",
    means: "The transfer began and fell silent.",
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
    means: "The ROM could not begin the transfer.",
    step: "loader",
    next: "Switch it off and on again; update its firmware if it stays.",
  },
  {
    code: "PXE-E3B",
    says: "TFTP error: file not found",
    means: "The file it was told to fetch is not on the server it asked.",
    step: "loader",
    next: "`muster assets fetch`; a name that is not ours came from another DHCP server.",
  },
  {
    code: "PXE-E3C",
    says: "TFTP error: access violation",
    means: "It asked for something outside the boot files.",
    step: "loader",
    next: "Which name was asked for is in `muster node <name>`; it came from another DHCP server.",
  },
  {
    code: "PXE-E51",
    says: "No DHCP or proxyDHCP offers were received",
    means: "Nobody answered: neither the LAN's DHCP server nor we.",
    step: "offer",
    next: missingOffer,
  },
  {
    code: "PXE-E52",
    says: "proxyDHCP offers were received. No DHCP offers were received",
    means: "We said what to boot, and no DHCP server gave it an address.",
    step: "lease",
    next: "In proxy mode another server must hand out addresses: is it on, and its range not used up? Without one: `netboot.dhcp: full`.",
  },
  {
    code: "PXE-E53",
    says: "No boot filename received",
    means: "It has an address, and no offer it accepted named a boot file.",
    step: "boot-server",
    next: "If we refused, the reason is below. If our offer went out, this ROM took the other server's: see Two servers.",
  },
  {
    code: "PXE-E55",
    says: "proxyDHCP service did not reply to request on port 4011",
    means: "It had our offer, asked port 4011, and no answer came back.",
    step: "boot-server",
    next: "Firewall: UDP 4011. If no question reached us, another server on the LAN announces itself as PXE server.",
  },
  {
    code: "PXE-E61",
    says: "Media test failure, check cable",
    means: "No link: nothing reaches the wire.",
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
    means: "An offer promised a menu. Ours never does: it came from another server.",
    step: "boot-server",
    next: "Take option 43 off the router or the other PXE server.",
  },
  {
    code: "PXE-E77",
    says: "Bad or missing discovery server list",
    means: "An offer with a broken option 43. Ours goes to BIOS ROMs alone, and has no list.",
    step: "boot-server",
    next: "Take option 43 off the router or the other PXE server.",
  },
  {
    code: "PXE-E78",
    says: "Could not locate boot server",
    means: "It looked for a boot server that another server's option 43 promised.",
    step: "boot-server",
    next: "Take option 43 and option 60 off the router or the other PXE server.",
  },
  {
    code: "PXE-E79",
    says: "NBP is too big to fit in free base memory",
    means: "A BIOS was given a file it cannot hold, mostly a UEFI one: a server that names one file for all.",
    step: "loader",
    next: "Have the router tell architectures apart, or take its boot file away: see Two servers.",
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
    means: "The ROM has given up, or was told to boot the next device. The reason is on the line above it.",
    step: "offer",
    next: "Explain the code above it.",
  },
];

/** `e53`, `E53` and `PXE-E53` are the same. */
export function findBootError(text: string): BootError | undefined {
  const code = `PXE-${text
    .trim()
    .toUpperCase()
    .replace(/^PXE-?/, "")}`;
  return bootErrors.find((error) => error.code === code);
}
