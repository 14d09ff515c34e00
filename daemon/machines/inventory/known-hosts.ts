/** The known_hosts file that Ansible's ssh believes: a projection of the pinned keys, written whole. */
import writeFileAtomic from "write-file-atomic";
import { Mutex } from "./mutex.ts";

export class KnownHosts {
  readonly #file: string;
  readonly #mutex = new Mutex();
  /** What is newest and not written yet: whole as it is, it is written for all who wait. */
  #newest: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** `port` where sshd listens elsewhere: ssh looks such hosts up as `[address]:port`. */
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
        this.#newest ??= text; // whoever waits behind it tries for itself
        throw error;
      }
    });
  }
}
