/** What the servers show of their traffic to whoever listens. Called on the packet's way: a tap must be quick and must not throw. */
import type { Endpoint } from "./endpoint.ts";

export interface Datagram {
  protocol: "dhcp" | "tftp";
  direction: "in" | "out";
  /** Our port; the address is known to whoever listens. */
  port: number;
  remote: Endpoint;
  bytes: Uint8Array;
}

/** A request as it was understood: the path decoded, no query taken apart. */
export interface HttpRequestSeen {
  method: string;
  path: string;
  query: string;
  /** Name, value, name, value. */
  headers: readonly string[];
  port: number;
  remote: Endpoint;
}

export interface Tap {
  datagram(datagram: Datagram): void;
  httpRequest(request: HttpRequestSeen): void;
}
