/** Passes the datagrams of DHCP sockets to the observer (tap). */
import type { Socket } from "node:dgram";
import type { Endpoint } from "../endpoint.ts";
import type { Tap } from "../tap.ts";

export type ShowDatagram = (direction: "in" | "out", socket: Socket, remote: Endpoint, bytes: Buffer) => void;

export function showTo(tap: Tap | undefined): ShowDatagram {
  if (!tap) return () => undefined;
  // The ports are cached, because `socket.address()` is a system call.
  const ports = new WeakMap<Socket, number>();
  const portOf = (socket: Socket): number => {
    const known = ports.get(socket);
    if (known !== undefined) return known;
    const { port } = socket.address();
    ports.set(socket, port);
    return port;
  };
  return (direction, socket, remote, bytes) => tap.datagram({ protocol: "dhcp", direction, port: portOf(socket), remote, bytes });
}
