/** Remembers what was read in Ansible's folder until a file in it changes. */
import type { Digest } from "../../contract/changes/plan.ts";
import { AnsibleContent } from "./ansible-content.ts";
import { ansibleFiles } from "./ansible-files.ts";
import { contentsOf, type PlaybookContents } from "./playbook-contents.ts";

export class FolderReading {
  readonly #directory: string;
  readonly #content = new AnsibleContent();
  /** The contents of the playbooks for one digest of the folder. */
  #known: { digest: Digest; contents: Map<string, PlaybookContents> } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Returns the digest of the folder as it is now. */
  digest(): Digest {
    return this.#content.digest(this.#directory);
  }

  contents(playbook: string, digest: Digest): PlaybookContents {
    if (this.#known?.digest !== digest) this.#known = { digest, contents: new Map() };
    const { contents } = this.#known;
    const found = contents.get(playbook) ?? contentsOf(playbook, ansibleFiles(this.#directory));
    contents.set(playbook, found);
    return found;
  }
}
