/**
 * The interface through which the boot servers ask the rest of the system which machine this is and what it
 * boots. The netboot process provides the implementation. No code under `pxe` knows nodes, phases or SQL.
 */

/** Lower case with colons: `52:54:00:12:34:56`. */
export type MacAddress = string;

/** Properties of a machine from one packet or request. Untrusted. */
export interface MachineSeen {
  mac: MacAddress;
  /** First value of option 93 that this server knows; absent if the client sent none (RFC 4578 §2.1). */
  arch?: number;
  /** Option 97 in the byte order of `dmidecode`. */
  uuid?: string;
  /** Option 60 (vendor class). */
  vendorClass?: string;
  /** Option 12 (host name). */
  hostname?: string;
}

/**
 * Permits or forbids DHCP to name a boot file to this machine, with the reason. The script that the machine
 * then fetches decides what it boots.
 */
export type DhcpPlan =
  | { netboot: true; reason: string /** replaces the boot file of the architecture table for this machine */; bootFile?: string }
  | { netboot: false; reason: string };

/** A GET or HEAD request for a path outside `/assets/`. */
export interface BootRequest {
  method: "GET" | "HEAD";
  /** Decoded path, e.g. `/boot.ipxe` or `/preseed/<key>/preseed.cfg`. */
  path: string;
  query: URLSearchParams;
  remoteAddress: string;
  userAgent: string;
}

export interface BootResponse {
  status: 200 | 400 | 403 | 404 | 409 | 410 | 500;
  contentType: string;
  body: string;
}

/** An event on the wire that belongs in a machine's timeline. */
export interface WireEvent {
  /** Absent if the packet has no MAC address, e.g. a TFTP read. Then only `address` is known. */
  mac?: MacAddress;
  address?: string;
  /** e.g. `dhcp.discover`, `dhcp.offer`, `dhcp.ack`, `proxydhcp.reply`, `tftp.read`, `tftp.probe`, `http.asset`. */
  type: string;
  /** One sentence for the timeline. */
  summary: string;
  detail?: Record<string, unknown>;
}

export interface BootSource {
  dhcpPlan(machine: MachineSeen): DhcpPlan;
  /** Answers all dynamic requests of the boot HTTP server. Must not throw for invalid input. */
  respond(request: BootRequest): BootResponse;
  record(event: WireEvent): void;
}

export interface Lease {
  mac: MacAddress;
  address: string;
  state: "offered" | "bound" | "released" | "declined";
  /** Milliseconds since the epoch. */
  expiresAt: number;
  hostname?: string | undefined;
  /**
   * Reason why the address is set aside: its machine found it in use, or ARP showed another machine there.
   */
  cause?: { kind: "declined" | "in-use"; by: MacAddress } | undefined;
}

/**
 * Saving returns at once. The ACK that depends on a lease is sent when `settled` resolves, which means that
 * the lease is on disk.
 */
export interface LeaseStore {
  all(): Lease[];
  save(lease: Lease): void;
  /** Resolves when everything saved before is on disk. Rejects when it could not be written. */
  settled(): Promise<void>;
}

/** The part of a logger that `pxe` uses. pino implements it. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
