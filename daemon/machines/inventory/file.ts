/**
 * Reads and changes Ansible's inventory file, which people and other programs may also edit. Muster reads the
 * whole file, changes it under a lock, and replaces it atomically.
 */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import type { Document } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { Mutex } from "./mutex.ts";
import { asInvalid, edited, filled, invalid, otherChanged, parsed, understood } from "./parse.ts";
import type { Reading } from "./reading/reading.ts";

/**
 * The time in milliseconds after which the lock of a crashed process becomes free. Muster locks the file only
 * for milliseconds.
 */
const STALE_MS = 10_000;
/** The maximum number of attempts if another program changes the file without the lock. */
const TRIES = 5;

export interface Edit {
  /** The hosts and groups that the edit may change. A change of any other host or group is refused. */
  touches: readonly string[];
  apply(document: Document): void;
}

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
  /** The text that was read last and its meaning. */
  #known: { text: string; reading: Reading } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Returns the meaning of the file for Ansible. Each version of the text is parsed once. */
  reading(text = this.text()): Reading {
    if (this.#known?.text !== text) this.#known = { text, reading: understood(parsed(filled(text), this.path), this.path) };
    return this.#known.reading;
  }

  /** Applies `apply` to the file. It may run several times if another program changes the file in the meantime. */
  change(touches: readonly string[], apply: (document: Document) => void): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ edit: { touches, apply }, done, failed });
      void this.#mutex.run(() => this.#takeTurn());
    });
  }

  /** Returns what the file would mean after an edit. Nothing is written. */
  after({ apply }: Edit): Reading {
    try {
      return understood(edited(filled(this.text()), this.path, apply).document, this.path);
    } catch (error) {
      throw asInvalid(error, this.path);
    }
  }

  async #takeTurn(): Promise<void> {
    const turn = this.#waiting;
    this.#waiting = [];
    if (turn.length > 0) await this.#settle(turn);
  }

  async #settle(turn: readonly Waiting[]): Promise<void> {
    try {
      const refused = await this.#write(turn.map(({ edit }) => edit));
      for (const { edit, done, failed } of turn) refused.has(edit) ? failed(refused.get(edit)) : done();
    } catch (error) {
      // One edit may have damaged entries of others. Each edit is then written alone.
      if (turn.length > 1 && error instanceof MusterError && error.code === "INVENTORY_INVALID")
        for (const one of turn) await this.#settle([one]);
      else for (const { failed } of turn) failed(error);
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
        const { text, refused } = this.#edited(before, edits);
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
        return refused;
      }
    } finally {
      await release().catch(() => undefined); // a lost lock cannot be released
    }
  }

  /**
   * Applies the edits to the text. A failed edit may leave a partial change in the document. The remaining edits are then
   * applied to a new document.
   */
  #edited(before: string, edits: readonly Edit[]): { text: string; refused: Map<Edit, unknown> } {
    const earlier = this.reading(before);
    const refused = new Map<Edit, unknown>();
    for (;;) {
      const remaining = edits.filter((edit) => !refused.has(edit));
      let at: Edit | undefined;
      try {
        const { text, document } = edited(filled(before), this.path, (draft) => {
          for (const edit of remaining) {
            at = edit;
            edit.apply(draft);
          }
          at = undefined;
        });
        const reading = understood(document, this.path);
        const damaged = otherChanged(earlier, reading, new Set(remaining.flatMap(({ touches }) => touches)));
        if (damaged !== undefined)
          throw invalid(this.path, `an anchor or an alias would carry this change to ${damaged}; write out the values of ${damaged}`);
        this.#known = { text, reading };
        return { text, refused };
      } catch (error) {
        if (at === undefined) throw asInvalid(error, this.path);
        refused.set(at, asInvalid(error, this.path));
      }
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
}
