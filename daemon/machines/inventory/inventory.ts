/**
 * Maintains Muster's machines in Ansible's inventory. Each machine is in one of Muster's two groups, with its
 * address. Groups and comments that people wrote are preserved.
 */
import { type Document, isScalar, Scalar } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { InventoryFile } from "./file.ts";
import type { Reading } from "./reading/reading.ts";
import { remembered } from "./remembered.ts";
import { drop, ensureMap, keysOf, mapAt, pairIn, put, textIn } from "./writing/entries.ts";
import { groupsIn, hostEntriesOf } from "./writing/groups.ts";

export interface InventoryHost {
  name: string;
  address: string;
  /** The port of sshd, or undefined for port 22. */
  port?: number;
}

export const WORKERS = "worker_nodes";
export const CONTROLLERS = "controller_nodes";
export const OUR_GROUPS: readonly string[] = [WORKERS, CONTROLLERS];
/** A domain that no DNS server resolves. The domain prevents Ansible from reaching a machine by its name. */
export const NO_ADDRESS = "no-address.invalid";

const hostsOf = (group: string): string[] => ["all", "children", group, "hosts"];

export class Inventory {
  readonly file: InventoryFile;
  /** Returns the names of all hosts and groups in the file. The names are cached, because each call-home needs them. */
  readonly names: () => ReadonlySet<string>;

  constructor(path: string) {
    this.file = new InventoryFile(path);
    this.names = remembered(this.file, namesIn);
  }

  /**
   * Adds or updates a host. `without` lists Muster's hosts that lost this address to the new host. The address is
   * removed from each of these hosts' entries if the entry still contains the address.
   */
  upsertHost({ name, address, port }: InventoryHost, without: readonly string[] = [], group: string = WORKERS): Promise<void> {
    return this.file.change([name, ...without], (document) => {
      if (groupsIn(document).some((known) => known.name === name))
        throw new MusterError(
          "NODE_NAME_TAKEN",
          `hostname: ${this.file.path} has a group called ${name}; a run on that name would reach the whole group`,
        );
      ensureMap(document, hostsOf(WORKERS));
      const losers = new Set(without);
      for (const other of holdersOf(document, address)) if (losers.has(other)) takeAddress(document, other, address);
      const entry = ensureMap(document, [...hostPathOf(document, name, group), name]);
      if (textIn(entry, "ansible_host") !== address) put(entry, "ansible_host", new Scalar(address));
      if (port !== undefined) put(entry, "ansible_port", new Scalar(port));
    });
  }

  /**
   * Moves a host from the workers to the controllers, with its variables and comments. A later call-home does
   * not move the host back.
   */
  promoteHost(name: string): Promise<void> {
    return this.file.change([name], (document) => {
      if (pairIn(mapAt(document, hostsOf(CONTROLLERS)), name)) return;
      const workers = mapAt(document, hostsOf(WORKERS));
      const entry = pairIn(workers, name);
      if (!workers || !entry) throw noWorker(this.file, name);
      drop(workers, name);
      ensureMap(document, hostsOf(CONTROLLERS)).items.push(entry);
    });
  }

  /** Throws if the inventory contains no host of this name that `promoteHost` could promote. */
  requireWorker(name: string): void {
    const { groups } = this.file.reading();
    if (!groups.some((group) => OUR_GROUPS.includes(group.name) && group.hosts.includes(name))) throw noWorker(this.file, name);
  }

  /** Removes the host from every group. If a group still listed the host, Ansible would use the host's name as its address. */
  removeHost(name: string): Promise<void> {
    return this.file.change([name], (document) => {
      for (const { hosts } of hostEntriesOf(document, name)) drop(hosts, name);
    });
  }

  /** Renames a host and preserves its variables, groups and comments. */
  renameHost(name: string, to: string): Promise<void> {
    const reading = this.file.reading();
    const taken = namesIn(reading);
    const inside = reading.groups.filter(({ hosts }) => hosts.includes(name));
    return this.file.change([name, to], (document) => {
      const entries = hostEntriesOf(document, name);
      // The new name would leave these groups, and with them the rules and values of these groups.
      const bound = inside.find((group) => !entries.some((entry) => entry.group.name === group.name));
      if (bound)
        throw new RangeError(
          `${name} is in the group ${bound.name} through a range, an alias or a merge; write it out before it gets another name`,
        );
      if (entries.length === 0) return;
      if (taken.has(to)) throw new MusterError("NODE_NAME_TAKEN", `hostname: ${this.file.path} has a host or group called ${to} already`);
      for (const { hosts } of entries)
        for (const { key } of hosts.items) if (isScalar(key) && key.value === name) (key as Scalar).value = to;
    });
  }

  /** Returns the hosts of Muster's groups by name, with their addresses. Hosts without an address are left out. */
  hosts(...groups: string[]): Map<string, string> {
    const wanted = groups.length > 0 ? groups : OUR_GROUPS;
    const reading = this.file.reading();
    const names = reading.groups.filter(({ name }) => wanted.includes(name)).flatMap(({ hosts }) => hosts);
    const all = names.map((name): [string, string] => [name, String(reading.hosts[name]?.ansible_host ?? "")]);
    return new Map(all.filter(([, address]) => !address.endsWith(NO_ADDRESS)));
  }
}

/** Returns the path of a host's entry in Muster's groups. The result is the path for a new entry if there is no entry. */
export const hostPathOf = (document: Document, name: string, group: string = WORKERS): string[] =>
  hostsOf(OUR_GROUPS.find((known) => pairIn(mapAt(document, hostsOf(known)), name) !== undefined) ?? group);

/** Returns the hosts of Muster's groups that have this address. */
const holdersOf = (document: Document, address: string): string[] =>
  OUR_GROUPS.flatMap((group) =>
    (mapAt(document, hostsOf(group))?.items ?? []).flatMap(({ key, value }) =>
      isScalar(key) && textIn(value, "ansible_host") === address ? [String(key.value)] : [],
    ),
  );

function takeAddress(document: Document, name: string, address: string): void {
  const path = hostPathOf(document, name);
  const entry = mapAt(document, [...path, name]);
  if (textIn(entry, "ansible_host") !== address) return;
  const bare = keysOf(entry).every((key) => key === "ansible_host");
  if (bare && hostEntriesOf(document, name).length === 1) drop(mapAt(document, path), name);
  // The host entry is kept without an address, because people may have set variables in the entry.
  else if (entry) put(entry, "ansible_host", new Scalar(`${name}.${NO_ADDRESS}`));
}

const noWorker = ({ path }: InventoryFile, name: string) => new MusterError("NODE_WRONG_PHASE", `${path} has no worker ${name}`);

const namesIn = ({ groups, hosts }: Reading): Set<string> => new Set([...groups.map(({ name }) => name), ...Object.keys(hosts)]);
