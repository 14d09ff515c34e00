/** The address and port of one end of a datagram. */
export interface Endpoint {
  address: string;
  port: number;
}
