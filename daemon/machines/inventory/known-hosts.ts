/** Writes the known_hosts file for Ansible's ssh. Each write generates the whole file from the pinned keys. */
import writeFileAtomic from "write-file-atomic";
import { Mutex } from "./mutex.ts";

export class KnownHosts {
  readonly #file: string;
  readonly #mutex = new Mutex();
  /** The newest text that is not yet written. One write serves all waiting callers. */
  #newest: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Writes the file. If sshd does not listen on port 22, `port` must be set, because ssh searches for `[address]:port`. */
  write(keys: { address: string; hostKey: string; port?: number }[]): Promise<void> {
    const lines = keys.map(
      ({ address, hostKey, port }) => `${port === undefined || port === 22 ? address : `[${address}]:${port}`} ${hostKey}\n`,
    );
    this.#newest = lines.join("");
    return this.#mutex.run(async () => {
      const text = this.#newest;
      if (text === undefined) return;
      this.#newest = undefined;
      try {
        await writeFileAtomic(this.#file, text, { fsync: true, mode: 0o640 });
      } catch (error) {
        this.#newest ??= text; // the next waiting caller retries the write
        throw error;
      }
    });
  }
}
