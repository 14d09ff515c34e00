/** Computes when a machine reached each step from power-on to ready, and how long each step took. Pure. */
import type { Event } from "../../daemon/contract/event.ts";

export interface Moment {
  name: string;
  /** The activity that begins at this moment and lasts until the next moment. */
  doing: string;
  /** The time in seconds since power-on. */
  at: number;
}

/** The moment for each type of the daemon's events. */
const told: Record<string, Omit<Moment, "at">> = {
  "install.handed-out": { name: "handed_out", doing: "kernel and initrd" },
  "install.start": { name: "start", doing: "answers applied" },
  "install.partition": { name: "partition", doing: "partitions and file systems" },
  "install.base": { name: "base", doing: "base system and kernel" },
  "install.late": { name: "late", doing: "keys and call-home unit" },
  "install.done": { name: "done", doing: "installer cleans up; reset, firmware and iPXE" },
  "boot.local": { name: "local_boot", doing: "boot of the disk" },
  "node.called-home": { name: "call_home", doing: "waiting for Ansible" },
  "job.started": { name: "job", doing: "Ansible" },
};

export const powerOn: Moment = { name: "power_on", doing: "firmware and iPXE", at: 0 };

export function momentOf(event: Event, startedAt: number): Moment | undefined {
  const known = told[event.type];
  return known && { ...known, at: (Date.parse(event.at) - startedAt) / 1000 };
}

/**
 * The entries of the Debian installer's menu, with the names that the installer logs. A menu entry that is not listed
 * here counts as part of the entry before it.
 */
const menu: Record<string, string> = {
  ethdetect: "network hardware",
  netcfg: "network configuration",
  "network-preseed": "answers fetched and applied",
  "choose-mirror": "mirror chosen",
  "download-installer": "installer components",
  "user-setup-udeb": "users",
  "clock-setup": "clock",
  "disk-detect": "disks found",
  "partman-base": "partitioner",
  "apt-setup-udeb": "package sources",
  pkgsel: "packages",
  "grub-installer": "boot loader",
  "finish-install": "settings of the new system",
};

export function momentInLog(line: string, at: number): Moment | undefined {
  const name = line.match(/main-menu\[\d+\]: INFO: Menu item '([a-z0-9-]+)' selected/)?.[1];
  const doing = name === undefined ? undefined : menu[name];
  return name === undefined || doing === undefined ? undefined : { name, doing, at };
}

export interface Span {
  doing: string;
  from: number;
  seconds: number;
}

export function spans(moments: readonly Moment[], end: number): Span[] {
  const ordered = [...moments].sort((a, b) => a.at - b.at);
  return ordered.map(({ doing, at }, index) => ({ doing, from: at, seconds: (ordered[index + 1]?.at ?? end) - at }));
}

export function table(rows: readonly Span[]): string {
  const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  const line = (from: string, seconds: string, share: string, doing: string) =>
    `${from.padStart(8)} ${seconds.padStart(8)} ${share.padStart(5)}  ${doing}`;
  return [
    line("from s", "took s", "", "what"),
    ...rows.map(({ doing, from, seconds }) =>
      line(from.toFixed(0), seconds.toFixed(1), `${((100 * seconds) / total).toFixed(0)} %`, doing),
    ),
    line("", total.toFixed(1), "", "from power-on to ready"),
  ].join("\n");
}
