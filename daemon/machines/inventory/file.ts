/**
 * Reads and changes Ansible's inventory file, which people and other programs may also edit. Muster reads the
 * whole file, changes it under a lock, and replaces it atomically.
 */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { Mutex } from "./mutex.ts";

/**
 * The time in milliseconds after which the lock of a crashed process becomes free. Muster locks the file only
 * for milliseconds.
 */
const STALE_MS = 10_000;
/** The maximum number of attempts if another program changes the file without the lock. */
const TRIES = 5;

type Edit = (document: Document) => void;

interface Waiting {
  edit: Edit;
  done(): void;
  failed(error: unknown): void;
}

export class InventoryFile {
  readonly path: string;
  /** Serves the callers in this process one after another, because polling the lock file would be slow. */
  readonly #mutex = new Mutex();
  /** The edits of all waiting callers. One write saves all edits, for example when the machines of a rack call home together. */
  #waiting: Waiting[] = [];
  /** The text of the last write and its parsed document. The document is cached, because parsing takes as long as editing. */
  #written: { text: string; document: Document } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Returns the parsed document. The caller must not change the document, because the next edit may use the same document. */
  read(text = this.text()): Document {
    return this.#written?.text === text ? this.#written.document : this.#parse(text);
  }

  /** Applies `edit` to the file. `edit` may run several times if another program changes the file in the meantime. */
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

  /** Writes the edits to the file. Returns the failed edits with their errors. All other edits are on disk. */
  async #write(edits: readonly Edit[]): Promise<Map<Edit, unknown>> {
    let lost: Error | undefined;
    // A missing file is created, because only an existing file can be locked by its real path. An empty file is
    // a valid inventory.
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
        // If the lock was lost, another program may have changed the file, and those changes must not be overwritten.
        if (lost || ours === undefined || this.#lockIdentity() !== ours)
          throw new MusterError("INVENTORY_LOCKED", `the lock on ${this.path} was lost; nothing was written`, { cause: lost });
        // A text editor writes the file without the lock. If the file was saved in an editor meanwhile, Muster
        // applies its edits to the new version.
        if (this.text() !== before) {
          if (tries < TRIES) continue;
          throw new MusterError("INVENTORY_LOCKED", `${this.path} is being changed by another program repeatedly`);
        }
        // The mode and the owner of the file are preserved, because the operator may keep secrets in the file.
        if (text !== before) await writeFileAtomic(this.path, text, { fsync: true });
        // The written text is parsed again, because an edited document differs from a parsed document. Other
        // callers are served during the parsing.
        this.#written = { text, document: this.#parse(text) };
        return refused;
      }
    } finally {
      await release().catch(() => undefined); // a lost lock cannot be released
    }
  }

  /**
   * Applies the edits to the text. A failed edit may leave a partial change in the document. The remaining
   * edits are then applied to a new document.
   */
  #edited(text: string, edits: readonly Edit[]): { document: Document; refused: Map<Edit, unknown> } {
    const refused = new Map<Edit, unknown>();
    for (;;) {
      const document = this.read(text);
      // The edits change the document. If the write fails, this document must not be used again.
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

  /**
   * Creates the missing YAML maps along a path. Throws if a group is a list or a text, because a new entry would
   * destroy the group. An empty group is valid and common.
   */
  ensureMap(document: Document, path: readonly string[]): void {
    for (let depth = 0; depth <= path.length; depth++) {
      const at = path.slice(0, depth);
      const node = depth === 0 ? document.contents : document.getIn(at, true);
      if (isMap(node)) continue;
      const empty = node === undefined || node === null || (isScalar(node) && node.value === null);
      if (!empty || depth === 0)
        throw new MusterError("INVENTORY_INVALID", `${this.path}: ${at.join(".") || "the top level"} is not a mapping`);
      // The map is created explicitly. In YAML 1.1 mode, the library would otherwise create an ordered map (!!omap).
      document.setIn(at, document.createNode({}));
    }
  }

  /**
   * Returns the identity of our lock file. Another program may consider the lock file stale and replace the file. The
   * identity changes in this case.
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

  /** Returns the file's text, or an empty text if the file does not exist. */
  text(): string {
    try {
      return readFileSync(this.path, "utf8");
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      if (error.code === "ENOENT") return "";
      if (error.code === "EISDIR") throw new MusterError("INVENTORY_INVALID", `${this.path} is a folder; Muster needs one file there`);
      throw error;
    }
  }

  /**
   * Parses the text as YAML 1.1, like Ansible. In YAML 1.2 mode, the library would write a MAC address without
   * quotes. Ansible would then read the address as a number.
   */
  #parse(text: string): Document {
    const document = parseDocument(text.trim() === "" ? "all:\n" : text, { version: "1.1", logLevel: "error" });
    const [error] = document.errors;
    if (error) throw new MusterError("INVENTORY_INVALID", `${this.path} is not valid YAML: ${error.message.split("\n")[0]}`);
    this.ensureMap(document, []);
    return document;
  }
}
