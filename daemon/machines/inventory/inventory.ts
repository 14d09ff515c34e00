/** Our machines in Ansible's inventory: each in one of our two groups with its address; others' groups and comments stay. */
import { type Document, isMap, isScalar, type Scalar } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { InventoryFile } from "./file.ts";
import { groupsIn, hostEntriesOf, keysOf, keyText, partOf } from "./groups.ts";
import { remembered } from "./remembered.ts";

export interface InventoryHost {
  name: string;
  address: string;
  /** Only where sshd listens elsewhere than on 22. */
  port?: number;
}

export const WORKERS = "worker_nodes";
export const CONTROLLERS = "controller_nodes";
export const OUR_GROUPS: readonly string[] = [WORKERS, CONTROLLERS];
/** A name that no DNS ever answers: Ansible must not reach a machine by another way than its address. */
export const NO_ADDRESS = "no-address.invalid";

const hostsOf = (group: string): string[] => ["all", "children", group, "hosts"];

export class Inventory {
  readonly file: InventoryFile;
  /** Every host and group there is, whoever wrote it. Asked for by every machine that calls home. */
  readonly names: () => ReadonlySet<string>;

  constructor(path: string) {
    this.file = new InventoryFile(path);
    this.names = remembered(this.file, namesIn);
  }

  /** `without`: those of our hosts that have lost this address to it; they lose it, unless they are elsewhere by now. */
  upsertHost({ name, address, port }: InventoryHost, without: readonly string[] = [], group: string = WORKERS): Promise<void> {
    return this.file.change((document) => {
      if (groupsIn(document).some((known) => known.name === name))
        throw new MusterError(
          "NODE_NAME_TAKEN",
          `hostname: ${this.file.path} has a group called ${name}, and a run on that name would reach all of it`,
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

  /** From the workers to the controllers, with its variables and comments. Once there, it stays there when it calls home again. */
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

  /** Throws where `promoteHost` would have nobody to promote. */
  requireWorker(name: string): void {
    const document = this.file.read();
    if (!OUR_GROUPS.some((group) => addressesIn(document, group).some(([host]) => host === name))) throw noWorker(this.file, name);
  }

  /** From every group: one that still listed it would be run on by its bare name. */
  removeHost(name: string): Promise<void> {
    return this.file.change((document) => {
      for (const { group } of hostEntriesOf(document, name)) document.deleteIn([...group.path, "hosts", name]);
    });
  }

  /** Its variables, groups and comments go with it. */
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

  /** The hosts of our groups by name, with their address; not those that have none now. */
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

/** Where it is already, if it is in one of our groups. */
export const hostPathOf = (document: Document, name: string, group: string = WORKERS): string[] =>
  hostsOf(OUR_GROUPS.find((known) => document.hasIn([...hostsOf(known), name])) ?? group);

/** The hosts of our groups that stand with this address. */
const holdersOf = (document: Document, address: string): string[] =>
  OUR_GROUPS.flatMap((group) => addressesIn(document, group)).flatMap(([name, held]) => (held === address ? [name] : []));

function takeAddress(document: Document, name: string, address: string): void {
  const path = [...hostPathOf(document, name), name];
  if (document.getIn([...path, "ansible_host"]) !== address) return;
  const entry = document.getIn(path, true);
  const bare = keysOf(isMap(entry) ? entry : undefined).every((key) => key === "ansible_host");
  if (bare && hostEntriesOf(document, name).length === 1) document.deleteIn(path);
  // What people have said of it waits for its return.
  else document.setIn([...path, "ansible_host"], `${name}.${NO_ADDRESS}`);
}

const noWorker = ({ path }: InventoryFile, name: string) => new MusterError("NODE_WRONG_PHASE", `${path} has no worker ${name}`);

const namesIn = (document: Document): Set<string> =>
  new Set(groupsIn(document).flatMap((group) => [group.name, ...keysOf(partOf(document, group, "hosts"))]));
