/**
 * Computes one digest over Ansible's folder, because the roles, templates, files and settings there also decide what
 * a playbook does.
 */
import { createHash } from "node:crypto";
import { type BigIntStats, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../../contract/changes/plan.ts";

/** Matches files that Ansible, Python and git create automatically. The executor's Python loads nothing from `__pycache__`. */
const LEFT_OUT = /^(__pycache__|\.git)$|\.retry$/;

export class AnsibleContent {
  /** The known digests, with the path as the key. A file with the same identity, size and times has not changed. */
  readonly #known = new Map<string, { stamp: string; digest: string }>();

  /** Returns the digest of a folder. Follows links and includes the linked files. */
  digest(directory: string): Digest {
    const hash = createHash("sha256");
    this.#add(hash, directory, "", []);
    return hash.digest("hex");
  }

  #add(hash: ReturnType<typeof createHash>, folder: string, path: string, above: readonly string[]): void {
    const real = realpathSync(folder);
    if (above.includes(real)) return; // Skips a link to a parent folder, which would cause an endless loop.
    for (const name of readdirSync(folder).toSorted()) {
      if (LEFT_OUT.test(name)) continue;
      const file = join(folder, name);
      const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
      const line = (kind: string) => hash.update(`${JSON.stringify([`${path}${name}`, kind])}\n`);
      if (!stat) line("nothing behind it");
      else if (stat.isDirectory()) this.#add(hash, file, `${path}${name}/`, [...above, real]);
      else if (stat.isFile()) line(`${stat.mode & 0o111n ? "x" : "-"}${this.#ofFile(file, stat)}`);
      else line("no file");
    }
  }

  #ofFile(file: string, { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
    const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(" ");
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.digest;
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    this.#known.set(file, { stamp, digest });
    return digest;
  }
}
