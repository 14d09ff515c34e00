/** Ansible's inventory file: ours to add hosts to, others' to keep. Changed under a lock, replaced in one step. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { MusterError } from "../errors.ts";
import { Mutex } from "./mutex.ts";

export interface InventoryHost {
  name: string;
  address: string;
  /** Only where sshd listens elsewhere than on 22. */
  port?: number;
}

const GROUP = ["all", "children", "worker_nodes", "hosts"] as const;
const CONTROLLERS = ["all", "children", "controller_nodes", "hosts"] as const;
/** A crashed holder frees the lock after this; ours is held for milliseconds. */
const STALE_MS = 10_000;

export class Inventory {
  readonly #file: string;
  /** Polling a lock file is slow; within one process everybody waits here instead. */
  readonly #mutex = new Mutex();

  constructor(file: string) {
    this.#file = file;
  }

  /** `without`: those of our hosts that have lost this address to it; they go, unless they are elsewhere by now. */
  upsertHost({ name, address, port }: InventoryHost, without: readonly string[] = []): Promise<void> {
    return this.#change((document) => {
      if (groupNames(document.contents).includes(name))
        throw new MusterError(
          "NODE_NAME_TAKEN",
          `hostname: ${this.#file} has a group called ${name}, and a run on that name would reach all of it`,
        );
      for (const other of without) {
        const place = placeOf(document, other);
        if (document.getIn([...place, "ansible_host"]) === address) document.deleteIn(place);
      }
      // Made here: in YAML 1.1 the library would make an ordered map of what is missing.
      const place = placeOf(document, name);
      if (!isMap(document.getIn(place))) document.setIn(place, document.createNode({}));
      document.setIn([...place, "ansible_host"], address);
      if (port !== undefined) document.setIn([...place, "ansible_port"], port);
    });
  }

  /** From the workers to the controllers, with its variables and comments. Once there, it stays there when it calls home again. */
  promoteHost(name: string): Promise<void> {
    return this.#change((document) => {
      if (document.hasIn([...CONTROLLERS, name])) return;
      const workers = document.getIn(GROUP);
      const at = isMap(workers) ? workers.items.findIndex(({ key }) => String(key) === name) : -1;
      if (!isMap(workers) || at === -1) throw new MusterError("NODE_WRONG_PHASE", `${this.#file} has no worker ${name}`);
      for (let depth = 0; depth <= CONTROLLERS.length; depth++) this.#ensureMap(document, CONTROLLERS.slice(0, depth));
      const controllers = document.getIn(CONTROLLERS);
      if (isMap(controllers)) controllers.items.push(...workers.items.splice(at, 1));
    });
  }

  removeHost(name: string): Promise<void> {
    return this.#change((document) => {
      const place = placeOf(document, name);
      if (document.hasIn(place)) document.deleteIn(place);
    });
  }

  /** The hosts of our groups by name, with their address. */
  hosts(): Map<string, string> {
    const document = this.#parse(this.#read());
    const entries = [GROUP, CONTROLLERS].flatMap((group) => {
      const hosts = document.getIn(group);
      return isMap(hosts) ? hosts.items : [];
    });
    return new Map(entries.map((pair) => [String(pair.key), String(isMap(pair.value) ? pair.value.get("ansible_host") : "")]));
  }

  #change(change: (document: Document) => void): Promise<void> {
    return this.#mutex.run(async () => {
      let lost: Error | undefined;
      // It must exist to be locked by its real path; an empty file is a valid inventory.
      closeSync(openSync(this.#file, "a", 0o640));
      const release = await this.#lock((error) => {
        lost = error;
      });
      try {
        const document = this.#parse(this.#read());
        change(document);
        const text = document.toString({ lineWidth: 0 });
        // Somebody else may hold it by now: what they wrote must stay.
        if (lost) throw new MusterError("INVENTORY_LOCKED", `the lock on ${this.#file} was lost`, { cause: lost });
        // Its mode and owner stay what they were: the operator may keep secrets in here.
        await writeFileAtomic(this.#file, text, { fsync: true });
      } finally {
        await release().catch(() => undefined); // A lock that was lost cannot be given back.
      }
    });
  }

  async #lock(onCompromised: (error: Error) => void): Promise<() => Promise<void>> {
    try {
      return await lock(this.#file, {
        stale: STALE_MS,
        onCompromised,
        retries: { retries: 60, minTimeout: 20, maxTimeout: 500, factor: 1.5, randomize: true },
      });
    } catch (cause) {
      throw new MusterError("INVENTORY_LOCKED", `${this.#file} stayed locked by another program`, { cause });
    }
  }

  #read(): string {
    try {
      return readFileSync(this.#file, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }
  }

  /** YAML 1.1, as Ansible reads it: in 1.2 our writer would leave a MAC address bare, which Ansible takes for a number. */
  #parse(text: string): Document {
    const document = parseDocument(text.trim() === "" ? "all:\n" : text, { version: "1.1" });
    const [error] = document.errors;
    if (error) throw new MusterError("INVENTORY_INVALID", `${this.#file} is not valid YAML: ${error.message.split("\n")[0]}`);
    for (let depth = 0; depth <= GROUP.length; depth++) this.#ensureMap(document, GROUP.slice(0, depth));
    return document;
  }

  /** A group written as a list or a text would be destroyed by adding to it; an empty one is how people leave it. */
  #ensureMap(document: Document, path: readonly string[]): void {
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    if (isMap(node)) return;
    const empty = node === undefined || node === null || (isScalar(node) && node.value === null);
    if (!empty || path.length === 0)
      throw new MusterError("INVENTORY_INVALID", `${this.#file}: ${path.join(".") || "the top"} is not a mapping`);
    document.setIn(path, document.createNode({}));
  }
}

/** A controller stays one. */
const placeOf = (document: Document, name: string): string[] => {
  const controller = [...CONTROLLERS, name];
  return document.hasIn(controller) ? controller : [...GROUP, name];
};

/** Of every depth: each may hold groups again. */
function groupNames(groups: unknown): string[] {
  if (!isMap(groups)) return [];
  return groups.items.flatMap(({ key, value }) => [String(key), ...(isMap(value) ? groupNames(value.get("children", true)) : [])]);
}
