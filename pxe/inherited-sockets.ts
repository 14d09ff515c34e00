/** The sockets a launcher bound to an interface and handed in, by name. */

export function inheritedSockets(env: NodeJS.ProcessEnv): ReadonlyMap<string, number> {
  const sockets = new Map<string, number>();
  for (const item of (env.MUSTER_SOCKETS ?? "").split(",")) {
    const [name, fd] = item.split("=");
    if (name && fd && /^\d+$/.test(fd)) sockets.set(name, Number(fd));
  }
  return sockets;
}
