/** Who listens on a UDP port beside us, read from what `ss` prints. Pure. */

export interface PortHolder {
  /** A program with its number, where we may see it. */
  who: string;
  /** systemd keeps the port open for the daemon itself. */
  ours: boolean;
}

/** Those of `ss -lunpH` that listen everywhere or on this very card; a server bound to another card is no concern of ours. */
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
