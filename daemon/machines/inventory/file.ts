/** Ansible's inventory file: others may edit it too. Read whole, changed under a lock, replaced in one step or not at all. */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { Mutex } from "./mutex.ts";

/** A crashed holder frees the lock after this; ours is held for milliseconds. */
const STALE_MS = 10_000;
/** How often somebody who takes no lock may write in between before we give up. */
const TRIES = 5;

type Edit = (document: Document) => void;

interface Waiting {
  edit: Edit;
  done(): void;
  failed(error: unknown): void;
}

export class InventoryFile {
  readonly path: string;
  /** Polling a lock file is slow; within one process everybody waits here instead. */
  readonly #mutex = new Mutex();
  /** Of a rack that calls home at once, all who wait for their turn get it together. */
  #waiting: Waiting[] = [];
  /** What the file says since we wrote it: understanding it takes as long as changing it, and both together keep everybody waiting. */
  #written: { text: string; document: Document } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** To look at now: the next change may be made in it. */
  read(text = this.text()): Document {
    return this.#written?.text === text ? this.#written.document : this.#parse(text);
  }

  /** `edit` may be called again, on the file as it is by then. */
  change(edit: Edit): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ edit, done, failed });
      void this.#mutex.run(() => this.#takeTurn());
    });
  }

  async #takeTurn(): Promise<void> {
    const turn = this.#waiting;
    this.#waiting = [];
    if (turn.length === 0) return;
    try {
      const refused = await this.#write(turn.map(({ edit }) => edit));
      for (const { edit, done, failed } of turn) refused.has(edit) ? failed(refused.get(edit)) : done();
    } catch (error) {
      for (const { failed } of turn) failed(error);
    }
  }

  /** Those that could not be made, with their reasons; the others are on disk. */
  async #write(edits: readonly Edit[]): Promise<Map<Edit, unknown>> {
    let lost: Error | undefined;
    // It must exist to be locked by its real path; an empty file is a valid inventory.
    closeSync(openSync(this.path, "a", 0o640));
    const release = await this.#lock((error) => {
      lost = error;
    });
    const ours = this.#lockIdentity();
    try {
      for (let tries = 1; ; tries++) {
        const before = this.text();
        const { document, refused } = this.#edited(before, edits);
        const text = document.toString({ lineWidth: 0 });
        // Somebody else may hold it by now: what they wrote must stay.
        if (lost || ours === undefined || this.#lockIdentity() !== ours)
          throw new MusterError("INVENTORY_LOCKED", `the lock on ${this.path} was lost; nothing was written`, { cause: lost });
        // An editor takes no lock: what it saved meanwhile is changed instead.
        if (this.text() !== before) {
          if (tries < TRIES) continue;
          throw new MusterError("INVENTORY_LOCKED", `${this.path} is being changed by another program all the time`);
        }
        // Its mode and owner stay what they were: the operator may keep secrets in here.
        if (text !== before) await writeFileAtomic(this.path, text, { fsync: true });
        // Read anew, as what was made differs from what is read; and here, with others served in between, not when it is needed.
        this.#written = { text, document: this.#parse(text) };
        return refused;
      }
    } finally {
      await release().catch(() => undefined); // A lock that was lost cannot be given back.
    }
  }

  /** One that fails may have changed half of what it wanted: the others begin anew without it. */
  #edited(text: string, edits: readonly Edit[]): { document: Document; refused: Map<Edit, unknown> } {
    const refused = new Map<Edit, unknown>();
    for (;;) {
      const document = this.read(text);
      // Changed from here on, and of no more use should it not come to be written.
      this.#written = undefined;
      const failed = edits.find((edit) => {
        if (refused.has(edit)) return false;
        try {
          edit(document);
          return false;
        } catch (error) {
          refused.set(edit, error);
          return true;
        }
      });
      if (!failed) return { document, refused };
    }
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

  /** As it lies there; empty where there is none. */
  text(): string {
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
