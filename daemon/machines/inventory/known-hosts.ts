/**
 * The known_hosts file for Ansible's ssh. It is generated from the pinned keys and always written as a whole.
 */
import writeFileAtomic from "write-file-atomic";
import { Mutex } from "./mutex.ts";

export class KnownHosts {
  readonly #file: string;
  readonly #mutex = new Mutex();
  /** The newest text that is not written yet. One write serves all waiting callers. */
  #newest: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Set `port` if sshd listens on another port: ssh then looks for `[address]:port`. */
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
        await writeFileAtomic(this.#file, text, { fsync: true, mode: 0o644 });
      } catch (error) {
        this.#newest ??= text; // the next waiting caller retries
        throw error;
      }
    });
  }
}
