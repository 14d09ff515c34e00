/** Secrets by name: one file each in a folder of the executor alone, read when a step needs it. Nobody else ever sees a value. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { StepFailure } from "./ending.ts";

/** Group and others. */
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
    if (!existsSync(file)) throw new StepFailure(`the executor has no secret ${name}: write it to ${file}, for nobody else to read`);
    if ((statSync(file).mode & OTHERS) !== 0) throw new StepFailure(`the secret ${name} can be read by others: chmod 600 ${file}`);
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  }

  /** Everything no output may show, whichever step it was meant for. */
  all(): string[] {
    const files = existsSync(this.#folder) ? readdirSync(this.#folder).map((name) => join(this.#folder, name)) : [];
    return [...files, this.#privateKey]
      .filter((file) => existsSync(file) && statSync(file).isFile())
      .map((file) => readFileSync(file, "utf8").trim());
  }
}
