/** The known_hosts file that Ansible's ssh believes: a projection of the pinned keys, written whole. */
import writeFileAtomic from "write-file-atomic";
import { Mutex } from "./mutex.ts";

export class KnownHosts {
  readonly #file: string;
  readonly #mutex = new Mutex();

  constructor(file: string) {
    this.#file = file;
  }

  /** `port` where sshd listens elsewhere: ssh looks such hosts up as `[address]:port`. */
  write(keys: { address: string; hostKey: string; port?: number }[]): Promise<void> {
    const lines = keys.map(
      ({ address, hostKey, port }) => `${port === undefined || port === 22 ? address : `[${address}]:${port}`} ${hostKey}\n`,
    );
    return this.#mutex.run(() => writeFileAtomic(this.#file, lines.join(""), { fsync: true, mode: 0o644 }));
  }
}
