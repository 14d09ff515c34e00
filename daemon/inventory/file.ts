/** Ansible's inventory file: others may edit it too. Read whole, changed under a lock, replaced in one step or not at all. */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { MusterError } from "../errors.ts";
import { Mutex } from "./mutex.ts";

/** A crashed holder frees the lock after this; ours is held for milliseconds. */
const STALE_MS = 10_000;
/** How often somebody who takes no lock may write in between before we give up. */
const TRIES = 5;

export class InventoryFile {
  readonly path: string;
  /** Polling a lock file is slow; within one process everybody waits here instead. */
  readonly #mutex = new Mutex();

  constructor(path: string) {
    this.path = path;
  }

  read(): Document {
    return this.#parse(this.#text());
  }

  change(edit: (document: Document) => void): Promise<void> {
    return this.#mutex.run(async () => {
      let lost: Error | undefined;
      // It must exist to be locked by its real path; an empty file is a valid inventory.
      closeSync(openSync(this.path, "a", 0o640));
      const release = await this.#lock((error) => {
        lost = error;
      });
      const ours = this.#lockIdentity();
      try {
        for (let tries = 1; ; tries++) {
          const before = this.#text();
          const document = this.#parse(before);
          edit(document);
          const text = document.toString({ lineWidth: 0 });
          // Somebody else may hold it by now: what they wrote must stay.
          if (lost || ours === undefined || this.#lockIdentity() !== ours)
            throw new MusterError("INVENTORY_LOCKED", `the lock on ${this.path} was lost; nothing was written`, { cause: lost });
          // An editor takes no lock: what it saved meanwhile is changed instead.
          if (this.#text() !== before) {
            if (tries < TRIES) continue;
            throw new MusterError("INVENTORY_LOCKED", `${this.path} is being changed by another program all the time`);
          }
          // Its mode and owner stay what they were: the operator may keep secrets in here.
          if (text !== before) await writeFileAtomic(this.path, text, { fsync: true });
          return;
        }
      } finally {
        await release().catch(() => undefined); // A lock that was lost cannot be given back.
      }
    });
  }

  /** A group written as a list or a text would be destroyed by adding to it; an empty one is how people leave it. */
  ensureMap(document: Document, path: readonly string[]): void {
    for (let depth = 0; depth <= path.length; depth++) {
      const at = path.slice(0, depth);
      const node = depth === 0 ? document.contents : document.getIn(at, true);
      if (isMap(node)) continue;
      const empty = node === undefined || node === null || (isScalar(node) && node.value === null);
      if (!empty || depth === 0) throw new MusterError("INVENTORY_INVALID", `${this.path}: ${at.join(".") || "the top"} is not a mapping`);
      // Made here: in YAML 1.1 the library would make an ordered map of what is missing.
      document.setIn(at, document.createNode({}));
    }
  }

  /** Told apart from the lock of whoever took ours for stale and went on. */
  #lockIdentity(): string | undefined {
    const made = statSync(`${this.path}.lock`, { throwIfNoEntry: false, bigint: true });
    return made && `${made.ino} ${made.birthtimeNs}`;
  }

  async #lock(onCompromised: (error: Error) => void): Promise<() => Promise<void>> {
    try {
      return await lock(this.path, {
        stale: STALE_MS,
        onCompromised,
        retries: { retries: 60, minTimeout: 20, maxTimeout: 500, factor: 1.5, randomize: true },
      });
    } catch (cause) {
      throw new MusterError("INVENTORY_LOCKED", `${this.path} stayed locked by another program`, { cause });
    }
  }

  #text(): string {
    try {
      return readFileSync(this.path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }
  }

  /** YAML 1.1, as Ansible reads it: in 1.2 our writer would leave a MAC address bare, which Ansible takes for a number. */
  #parse(text: string): Document {
    const document = parseDocument(text.trim() === "" ? "all:\n" : text, { version: "1.1", logLevel: "error" });
    const [error] = document.errors;
    if (error) throw new MusterError("INVENTORY_INVALID", `${this.path} is not valid YAML: ${error.message.split("\n")[0]}`);
    this.ensureMap(document, []);
    return document;
  }
}
