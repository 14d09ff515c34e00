/** Searches the output of `ss` for other programs that listen on a UDP port. Pure. */

export interface PortHolder {
  /** The program's name and process id if this user may see them, or "another program". */
  who: string;
  /** True if systemd keeps the port open for the daemon. */
  ours: boolean;
}

/**
 * Returns the programs in the output of `ss -lunpH` that listen on all cards or on this card. A program that listens
 * only on another card is no problem.
 */
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
