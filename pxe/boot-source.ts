/**
 * The boot servers use this interface to identify a machine and to find out what it should boot. The netboot process
 * implements the interface. The code under `pxe` does not depend on nodes, phases or SQL.
 */

/** A MAC address in lower case with colons, such as `52:54:00:12:34:56`. */
export type MacAddress = string;

/**
 * The properties of a machine that one packet or request states. The properties are not verified, because any machine
 * can send any packet.
 */
export interface MachineSeen {
  mac: MacAddress;
  /**
   * The first value of option 93 (RFC 4578 §2.1) that this server supports. The field is absent if the client sent no
   * option 93.
   */
  arch?: number;
  /** The machine's UUID from option 97, in the byte order of `dmidecode`. */
  uuid?: string;
  /** Option 60 (vendor class). */
  vendorClass?: string;
  /** Option 12 (host name). */
  hostname?: string;
}

/**
 * The decision whether DHCP may name a boot file to this machine, with the reason. The boot file then fetches a
 * script, and the script decides what the machine boots.
 */
export type DhcpPlan =
  | { netboot: true; reason: string /** overrides the usual boot file for this machine's architecture */; bootFile?: string }
  | { netboot: false; reason: string };

/** A GET or HEAD request to the boot HTTP server for a path outside `/assets/`. */
export interface BootRequest {
  method: "GET" | "HEAD";
  /** The decoded path, such as `/boot.ipxe` or `/preseed/<key>/preseed.cfg`. */
  path: string;
  query: URLSearchParams;
  remoteAddress: string;
  userAgent: string;
}

export interface BootResponse {
  status: 200 | 400 | 403 | 404 | 409 | 410 | 429 | 500;
  contentType: string;
  body: string;
}

/** An event on the boot network that is shown in a machine's timeline. */
export interface WireEvent {
  /**
   * The field is absent if the packet shows no MAC address, as in a TFTP read. An event without a MAC address has an
   * `address` instead.
   */
  mac?: MacAddress;
  address?: string;
  /** The machine that sent a DHCP packet. A booting machine that is not known yet becomes known by this event. */
  machine?: MachineSeen;
  /** The event type, such as `dhcp.discover`, `dhcp.ack`, `proxydhcp.reply`, `tftp.read` or `http.asset`. */
  type: string;
  /** The sentence that the timeline shows for this event. */
  summary: string;
  detail?: Record<string, unknown>;
}

export interface BootSource {
  /** Writes nothing, because many machines wait for an OFFER at the same time. */
  dhcpPlan(machine: MachineSeen): DhcpPlan;
  /**
   * Answers every request of the boot HTTP server for a path outside `/assets/`. This function must not throw on
   * invalid input.
   */
  respond(request: BootRequest): BootResponse;
  record(event: WireEvent): void;
}

export interface Lease {
  mac: MacAddress;
  /** The subnet, such as `10.0.0.0/24`. A machine may have one lease in each subnet. */
  network?: string | undefined;
  address: string;
  state: "offered" | "bound" | "released" | "declined";
  /** Milliseconds since the epoch. */
  expiresAt: number;
  hostname?: string | undefined;
  /**
   * The reason why the server does not assign the address. A client found the address in use, or ARP showed another
   * machine there.
   */
  cause?: { kind: "declined" | "in-use"; by: MacAddress } | undefined;
}

/**
 * `save` returns before the lease is on disk. The server sends an ACK only after `settled` resolves, because the
 * lease is then on disk.
 */
export interface LeaseStore {
  all(): Lease[];
  save(lease: Lease): void;
  /** Resolves when all leases that were saved before the call are on disk. Rejects if writing to disk failed. */
  settled(): Promise<void>;
}

/** The logger methods that the code under `pxe` uses. A pino logger has all of these methods. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
