/**
 * Reads and changes Ansible's inventory file, which people and other programs may also edit. Muster reads the
 * whole file, changes it under a lock, and replaces it atomically.
 */
import { readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { Document } from "yaml";
import { MusterError } from "../../errors/errors.ts";
import { InventoryLock } from "./lock.ts";
import { Mutex } from "./mutex.ts";
import { asInvalid, edited, filled, invalid, otherChanged, parsed, understood } from "./parse.ts";
import { entryAt, fileAt, fileMadeAt, readable } from "./place.ts";
import type { Reading } from "./reading/reading.ts";

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
    for (let tries = 1; tries <= TRIES; tries++) {
      const refused = await this.#tryToWrite(edits);
      if (refused) return refused;
    }
    throw new MusterError("INVENTORY_LOCKED", `${this.path} is being changed by another program repeatedly`);
  }

  /** Returns undefined, and writes nothing, if another program changed the file or the link without the lock. */
  async #tryToWrite(edits: readonly Edit[]): Promise<Map<Edit, unknown> | undefined> {
    const file = fileMadeAt(this.path);
    const lock = await InventoryLock.take([entryAt(this.path), file]);
    try {
      const before = this.text();
      const { text, refused } = this.#edited(before, edits);
      lock.requireHeld();
      // A text editor writes the file without the lock. If the file was saved in an editor meanwhile, Muster
      // applies its edits to the new version.
      if (fileAt(this.path) !== file || this.text() !== before) return undefined;
      // The mode and the owner of the file are preserved, because the operator may keep secrets in the file.
      if (text !== before) await writeFileAtomic(file, text, { fsync: true });
      return refused;
    } finally {
      await lock.release();
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

  /** Returns the file's text, or an empty text if the file does not exist. */
  text(): string {
    const file = fileAt(this.path);
    if (file === undefined) return "";
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw readable(this.path, error);
    }
  }
}
