/**
 * Manages the leases of all interfaces with one writing thread. Each subnet has one pool, even if its relay
 * reaches Muster on several interfaces.
 */
import { Pool } from "../../../pxe/dhcp/decision/pool.ts";
import type { Log } from "../../log/log.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";
import { LeaseCommits } from "./lease-commits.ts";
import { followReleases } from "./lease-releases.ts";
import type { MakePool } from "./settings.ts";

export class Leasing {
  readonly #parts: { database: string; leases: LeaseTable; log: Log };
  readonly #pools = new Map<string, Pool>();
  #commits: Promise<LeaseCommits> | undefined;
  #releases: { close(): Promise<void> } | undefined;

  constructor(parts: { database: string; leases: LeaseTable; log: Log }) {
    this.#parts = parts;
  }

  /**
   * Starts the writing thread when the first interface in full mode calls this function. If no interface uses
   * full mode, no thread is started.
   */
  async open(): Promise<{ commits: LeaseCommits; makePool: MakePool }> {
    const { database, leases, log } = this.#parts;
    this.#commits ??= LeaseCommits.start(database, leases, (error) => {
      log.fatal({ err: error }, "leases cannot be saved any more");
      process.exit(1); // the supervisor restarts this process
    });
    const commits = await this.#commits;
    this.#releases ??= followReleases({ leases, pools: () => this.#pools.values(), settled: () => commits.settled(), log });
    return { commits, makePool: (options) => this.#pool(options, commits) };
  }

  #pool(options: Parameters<MakePool>[0], store: LeaseCommits): Pool {
    const name = `${options.block.network}/${options.block.prefix}`;
    const pool = this.#pools.get(name) ?? new Pool({ ...options, store, now: Date.now });
    this.#pools.set(name, pool);
    return pool;
  }

  async close(): Promise<void> {
    await this.#releases?.close();
    await (await this.#commits)?.close();
  }
}
