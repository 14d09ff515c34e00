/**
 * Finds sockets that another process has bound and passed to this process. A launcher gives each socket a name, and
 * systemd gives each socket a number.
 */

/** The file descriptors of the sockets, by the name from `socketName`. */
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

/** The first file descriptor from systemd is 3, after the three standard descriptors. */
const FIRST = 3;

/**
 * Returns the file descriptors that systemd has passed to the process `pid` (sd_listen_fds(3)). The environment
 * variables may be meant for another process, so the function checks the PID in them.
 */
export function listenDescriptors(env: NodeJS.ProcessEnv, pid: number): number[] {
  const count = Number(env.LISTEN_FDS);
  if (env.LISTEN_PID !== String(pid) || !Number.isInteger(count) || count < 1) return [];
  return Array.from({ length: count }, (_, index) => FIRST + index);
}
