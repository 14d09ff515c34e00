/** Finds other programs that listen on a UDP port, in the output of `ss`. Pure. */

export interface PortHolder {
  /** Program and process id, where this user may see them. */
  who: string;
  /** systemd keeps the port open for the daemon itself. */
  ours: boolean;
}

/** Programs of `ss -lunpH` that listen on all cards or on this one. A server on another card does not matter. */
export function holdersOn(card: string, listing: string): PortHolder[] {
  return listing.split("\n").flatMap((line) => {
    const local = /^\S+\s+\d+\s+\d+\s+(?:0\.0\.0\.0|\*|\[::\])(?:%([^:\s]+))?:\d+\s/.exec(line);
    if (!local || (local[1] !== undefined && local[1] !== card)) return [];
    const users = [...line.matchAll(/\("([^"]+)",pid=(\d+)/g)].map(([, name = "", pid = ""]) => ({ name, pid }));
    const stranger = users.find(({ pid }) => pid !== "1");
    const [first] = users;
    if (first?.name === "systemd" && !stranger) return [{ who: "systemd", ours: local[1] === card }];
    const shown = stranger ?? first;
    return [{ who: shown ? `${shown.name} (process ${shown.pid})` : "another program", ours: false }];
  });
}
