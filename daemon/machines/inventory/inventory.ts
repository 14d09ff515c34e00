/**
 * Maintains Muster's machines in Ansible's inventory. Each machine is in one of Muster's two groups, with its
 * address. Groups and comments that people wrote are preserved.
 */
import { type Document, isMap, isScalar, type Scalar } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { InventoryFile } from "./file.ts";
import { groupsIn, hostEntriesOf, keysOf, keyText, partOf } from "./groups.ts";
import { remembered } from "./remembered.ts";

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
    return this.file.change((document) => {
      if (groupsIn(document).some((known) => known.name === name))
        throw new MusterError(
          "NODE_NAME_TAKEN",
          `hostname: ${this.file.path} has a group called ${name}; a run on that name would reach the whole group`,
        );
      this.file.ensureMap(document, hostsOf(WORKERS));
      const losers = new Set(without);
      for (const other of holdersOf(document, address)) if (losers.has(other)) takeAddress(document, other, address);
      const path = [...hostPathOf(document, name, group), name];
      this.file.ensureMap(document, path);
      document.setIn([...path, "ansible_host"], address);
      if (port !== undefined) document.setIn([...path, "ansible_port"], port);
    });
  }

  /**
   * Moves a host from the workers to the controllers, with its variables and comments. A later call-home does
   * not move the host back.
   */
  promoteHost(name: string): Promise<void> {
    return this.file.change((document) => {
      if (document.hasIn([...hostsOf(CONTROLLERS), name])) return;
      const workers = document.getIn(hostsOf(WORKERS));
      const at = isMap(workers) ? workers.items.findIndex(({ key }) => keyText(key) === name) : -1;
      if (!isMap(workers) || at === -1) throw noWorker(this.file, name);
      this.file.ensureMap(document, hostsOf(CONTROLLERS));
      const controllers = document.getIn(hostsOf(CONTROLLERS));
      if (isMap(controllers)) controllers.items.push(...workers.items.splice(at, 1));
    });
  }

  /** Throws if the inventory contains no host of this name that `promoteHost` could promote. */
  requireWorker(name: string): void {
    const document = this.file.read();
    if (!OUR_GROUPS.some((group) => addressesIn(document, group).some(([host]) => host === name))) throw noWorker(this.file, name);
  }

  /** Removes the host from every group. If a group still listed the host, Ansible would use the host's name as its address. */
  removeHost(name: string): Promise<void> {
    return this.file.change((document) => {
      for (const { group } of hostEntriesOf(document, name)) document.deleteIn([...group.path, "hosts", name]);
    });
  }

  /** Renames a host and preserves its variables, groups and comments. */
  renameHost(name: string, to: string): Promise<void> {
    return this.file.change((document) => {
      const entries = hostEntriesOf(document, name);
      if (entries.length > 0 && namesIn(document).has(to))
        throw new MusterError("NODE_NAME_TAKEN", `hostname: ${this.file.path} has a host or group called ${to} already`);
      for (const { pair } of entries) {
        if (isScalar(pair.key)) (pair.key as Scalar).value = to;
      }
    });
  }

  /** Returns the hosts of Muster's groups by name, with their addresses. Hosts without an address are left out. */
  hosts(...groups: string[]): Map<string, string> {
    const document = this.file.read();
    const all = (groups.length > 0 ? groups : OUR_GROUPS).flatMap((group) => addressesIn(document, group));
    return new Map(all.filter(([, address]) => !address.endsWith(NO_ADDRESS)));
  }
}

function addressesIn(document: Document, group: string): [string, string][] {
  const hosts = document.getIn(hostsOf(group), true);
  return (isMap(hosts) ? hosts.items : []).map(({ key, value }) => [
    keyText(key),
    String((isMap(value) ? value.get("ansible_host") : undefined) ?? ""),
  ]);
}

/** Returns the path of a host's entry in Muster's groups. If there is no entry, returns the path for a new entry. */
export const hostPathOf = (document: Document, name: string, group: string = WORKERS): string[] =>
  hostsOf(OUR_GROUPS.find((known) => document.hasIn([...hostsOf(known), name])) ?? group);

/** Returns the hosts of Muster's groups that have this address. */
const holdersOf = (document: Document, address: string): string[] =>
  OUR_GROUPS.flatMap((group) => addressesIn(document, group)).flatMap(([name, held]) => (held === address ? [name] : []));

function takeAddress(document: Document, name: string, address: string): void {
  const path = [...hostPathOf(document, name), name];
  if (document.getIn([...path, "ansible_host"]) !== address) return;
  const entry = document.getIn(path, true);
  const bare = keysOf(isMap(entry) ? entry : undefined).every((key) => key === "ansible_host");
  if (bare && hostEntriesOf(document, name).length === 1) document.deleteIn(path);
  // The host entry is kept without an address, because people may have set variables in the entry.
  else document.setIn([...path, "ansible_host"], `${name}.${NO_ADDRESS}`);
}

const noWorker = ({ path }: InventoryFile, name: string) => new MusterError("NODE_WRONG_PHASE", `${path} has no worker ${name}`);

const namesIn = (document: Document): Set<string> =>
  new Set(groupsIn(document).flatMap((group) => [group.name, ...keysOf(partOf(document, group, "hosts"))]));
