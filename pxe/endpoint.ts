/** Source or destination of a datagram. */
export interface Endpoint {
  address: string;
  port: number;
}
