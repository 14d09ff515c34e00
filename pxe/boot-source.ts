/**
 * The questions the wire asks of the rest of the system: "who is this, and what does it boot?"
 * Whoever composes the netboot process answers them; nothing under `pxe` knows of nodes, phases or SQL.
 */

/** Colon-separated lower case, `52:54:00:12:34:56`. */
export type MacAddress = string;

/** What one packet or request told about the machine that sent it. Untrusted. */
export interface MachineSeen {
  mac: MacAddress;
  /** Option 93, first value this server knows; absent when the client sent none (RFC 4578 §2.1). */
  arch?: number;
  /** Option 97 in the byte order `dmidecode` prints. */
  uuid?: string;
  /** Option 60. */
  vendorClass?: string;
  /** Option 12. */
  hostname?: string;
}

/** Whether DHCP may point this machine at a boot file, and why. The script it then fetches decides what boots. */
export type DhcpPlan =
  | { netboot: true; reason: string /** Replaces the boot file of the architecture table for this machine. */; bootFile?: string }
  | { netboot: false; reason: string };

/** One GET or HEAD of something that is not a file under `/assets/`. */
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

/** Something that happened on the wire and belongs in a machine's timeline. */
export interface WireEvent {
  /** Absent when the wire did not say, e.g. a TFTP read: then `address` is all there is. */
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
  /** Everything dynamic on the boot HTTP server. Must not throw for bad input. */
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
  /** Why the address is kept from others: its machine found it in use, or the wire showed somebody there. */
  cause?: { kind: "declined" | "in-use"; by: MacAddress } | undefined;
}

/** Saving returns at once; the ACK that depends on a lease is sent when `settled` says that it is on disk. */
export interface LeaseStore {
  all(): Lease[];
  save(lease: Lease): void;
  /** Resolves when all that was saved before is on disk; rejects when it could not be written. */
  settled(): Promise<void>;
}

/** The part of a logger that `pxe` uses; pino fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
