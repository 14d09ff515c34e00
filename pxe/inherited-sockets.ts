/** Sockets that were bound by somebody else and handed in: by a launcher with a name each, by systemd as a row of numbers. */

/** By `socketName`: a descriptor. */
export type InheritedSockets = ReadonlyMap<string, number>;

export const socketName = (purpose: string, networkInterface: string): string => `${purpose}@${networkInterface}`;

export function inheritedSockets(env: NodeJS.ProcessEnv): InheritedSockets {
  const sockets = new Map<string, number>();
  for (const item of (env.MUSTER_SOCKETS ?? "").split(",")) {
    const [name, fd] = item.split("=");
    if (name && fd && /^\d+$/.test(fd)) sockets.set(name, Number(fd));
  }
  return sockets;
}

/** Where systemd begins to count, after the three of every process. */
const FIRST = 3;

/** What systemd handed to the process `pid` (sd_listen_fds(3)). The variables may be meant for another one. */
export function listenDescriptors(env: NodeJS.ProcessEnv, pid: number): number[] {
  const count = Number(env.LISTEN_FDS);
  if (env.LISTEN_PID !== String(pid) || !Number.isInteger(count) || count < 1) return [];
  return Array.from({ length: count }, (_, index) => FIRST + index);
}
