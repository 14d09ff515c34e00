/**
 * Reads secrets by name. Each secret is a file in a folder that only the executor can read. A secret is read when a step
 * needs it, and only that step receives it.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { StepFailure } from "./ending.ts";

/** The permission bits of the file's group and of other users. */
const OTHERS = 0o077;

export class Secrets {
  readonly #folder: string;
  readonly #privateKey: string;

  constructor(folder: string, privateKey: string) {
    this.#folder = folder;
    this.#privateKey = privateKey;
  }

  value(name: string): string {
    const file = join(this.#folder, name);
    if (!existsSync(file)) throw new StepFailure(`the executor has no secret ${name}: write it to ${file}, readable only by the executor`);
    if ((statSync(file).mode & OTHERS) !== 0) throw new StepFailure(`other users can read the secret ${name}: run chmod 600 ${file}`);
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  }

  /** Returns every secret that must not appear in any output, including the secrets of other steps. */
  all(): string[] {
    const files = existsSync(this.#folder) ? readdirSync(this.#folder).map((name) => join(this.#folder, name)) : [];
    return [...files, this.#privateKey]
      .filter((file) => existsSync(file) && statSync(file).isFile())
      .map((file) => readFileSync(file, "utf8").trim());
  }
}
