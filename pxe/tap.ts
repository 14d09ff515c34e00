/**
 * The boot servers pass their traffic to an observer through this interface. A server calls the observer (tap) while
 * it processes a packet, so the tap must be fast and must not throw.
 */
import type { Endpoint } from "./endpoint.ts";

export interface Datagram {
  protocol: "dhcp" | "tftp";
  direction: "in" | "out";
  /** The port of our server. The observer already has our IP address. */
  port: number;
  remote: Endpoint;
  bytes: Uint8Array;
}

/** A parsed HTTP request. The path is decoded, but the query is still encoded. */
export interface HttpRequestSeen {
  method: string;
  path: string;
  query: string;
  /** Header names and values in alternating order: name, value, name, value. */
  headers: readonly string[];
  port: number;
  remote: Endpoint;
}

export interface Tap {
  datagram(datagram: Datagram): void;
  httpRequest(request: HttpRequestSeen): void;
}
