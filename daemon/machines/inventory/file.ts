/**
 * Ansible's inventory file, which other programs and people may edit too. It is read whole, changed under a
 * lock, and replaced atomically.
 */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { Mutex } from "./mutex.ts";

/** The lock of a crashed process becomes free after this time. Muster holds the lock for milliseconds. */
const STALE_MS = 10_000;
/** Number of retries when a program without the lock writes in between. */
const TRIES = 5;

type Edit = (document: Document) => void;

interface Waiting {
  edit: Edit;
  done(): void;
  failed(error: unknown): void;
}

export class InventoryFile {
  readonly path: string;
  /** Polling a lock file is slow, so callers of this process wait for this mutex instead. */
  readonly #mutex = new Mutex();
  /** Edits of all waiting callers. When a rack calls home at once, they are written together. */
  #waiting: Waiting[] = [];
  /** The parsed document of the last written text. Parsing takes as long as editing, so it is kept. */
  #written: { text: string; document: Document } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Read-only for the caller, because the next change may be made in the same document. */
  read(text = this.text()): Document {
    return this.#written?.text === text ? this.#written.document : this.#parse(text);
  }

  /** `edit` may be called again with a newer version of the file. */
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

  /** Returns the edits that failed, with their errors. All others are on disk. */
  async #write(edits: readonly Edit[]): Promise<Map<Edit, unknown>> {
    let lost: Error | undefined;
    // The file must exist to be locked by its real path. An empty file is a valid inventory.
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
        // If another program has the lock by now, its changes must not be overwritten.
        if (lost || ours === undefined || this.#lockIdentity() !== ours)
          throw new MusterError("INVENTORY_LOCKED", `the lock on ${this.path} was lost; nothing was written`, { cause: lost });
        // An editor takes no lock. If it saved in the meantime, apply the edits to its version.
        if (this.text() !== before) {
          if (tries < TRIES) continue;
          throw new MusterError("INVENTORY_LOCKED", `${this.path} is being changed by another program repeatedly`);
        }
        // Mode and owner stay the same, because the operator may keep secrets in the file.
        if (text !== before) await writeFileAtomic(this.path, text, { fsync: true });
        // Parse the written text now, while other callers are served, because an edited document differs from
        // a parsed one.
        this.#written = { text, document: this.#parse(text) };
        return refused;
      }
    } finally {
      await release().catch(() => undefined); // a lost lock cannot be released
    }
  }

  /**
   * A failed edit may leave a partial change in the document, so the others start from a new one without it.
   */
  #edited(text: string, edits: readonly Edit[]): { document: Document; refused: Map<Edit, unknown> } {
    const refused = new Map<Edit, unknown>();
    for (;;) {
      const document = this.read(text);
      // The document changes from here on. If the write fails, it must not be used again.
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

  /** Adding to a group that is a list or a text would destroy it. An empty group is valid and common. */
  ensureMap(document: Document, path: readonly string[]): void {
    for (let depth = 0; depth <= path.length; depth++) {
      const at = path.slice(0, depth);
      const node = depth === 0 ? document.contents : document.getIn(at, true);
      if (isMap(node)) continue;
      const empty = node === undefined || node === null || (isScalar(node) && node.value === null);
      if (!empty || depth === 0)
        throw new MusterError("INVENTORY_INVALID", `${this.path}: ${at.join(".") || "the top level"} is not a mapping`);
      // Create the map here. In YAML 1.1 mode, the library would create an ordered map (!!omap).
      document.setIn(at, document.createNode({}));
    }
  }

  /**
   * Identity of our lock file. It differs when another program considered our lock stale and made its own.
   */
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
      throw new MusterError("INVENTORY_LOCKED", `${this.path} is still locked by another program`, { cause });
    }
  }

  /** The file's text, or an empty text if there is no file. */
  text(): string {
    try {
      return readFileSync(this.path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }
  }

  /**
   * Uses YAML 1.1, as Ansible does. In 1.2 mode, the writer would leave a MAC address unquoted, which Ansible
   * reads as a number.
   */
  #parse(text: string): Document {
    const document = parseDocument(text.trim() === "" ? "all:\n" : text, { version: "1.1", logLevel: "error" });
    const [error] = document.errors;
    if (error) throw new MusterError("INVENTORY_INVALID", `${this.path} is not valid YAML: ${error.message.split("\n")[0]}`);
    this.ensureMap(document, []);
    return document;
  }
}
