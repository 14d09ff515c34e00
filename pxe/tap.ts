/**
 * Interface through which the servers pass their traffic to an observer. A tap is called while a packet is
 * processed, so it must be fast and must not throw.
 */
import type { Endpoint } from "./endpoint.ts";

export interface Datagram {
  protocol: "dhcp" | "tftp";
  direction: "in" | "out";
  /** Our port. The observer knows our address. */
  port: number;
  remote: Endpoint;
  bytes: Uint8Array;
}

/** A parsed request: the path is decoded, the query is not. */
export interface HttpRequestSeen {
  method: string;
  path: string;
  query: string;
  /** Alternating: name, value, name, value. */
  headers: readonly string[];
  port: number;
  remote: Endpoint;
}

export interface Tap {
  datagram(datagram: Datagram): void;
  httpRequest(request: HttpRequestSeen): void;
}
