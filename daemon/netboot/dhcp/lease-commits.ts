/**
 * Groups leases into transactions. While one transaction waits for the disk, the next transaction collects
 * leases. The thread that answers packets never waits.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Lease, LeaseStore } from "../../../pxe/boot-source.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

const GATHER_MS = 3;

interface Batch {
  leases: Lease[];
  done: PromiseWithResolvers<void>;
}

export class LeaseCommits implements LeaseStore {
  readonly #table: LeaseTable;
  readonly #worker: Worker;
  #gathering: Batch | undefined;
  #writing: Batch | undefined;
  #lastWrite = 0;

  private constructor(table: LeaseTable, worker: Worker) {
    this.#table = table;
    this.#worker = worker;
    worker.on("message", (error: unknown) => this.#written(error));
  }

  /**
   * Starts the thread that saves leases. `onDeath` is called if this thread ends, because Muster must not give out a
   * lease that it cannot save.
   */
  static async start(database: string, table: LeaseTable, onDeath: (error: unknown) => void): Promise<LeaseCommits> {
    const worker = new Worker(new URL("lease-worker.ts", import.meta.url), { workerData: database });
    // The first message shows that the thread has opened the database. DHCP waits for this message. During many
    // requests, the database would be locked, and the thread could not open it.
    await once(worker, "message");
    worker.on("error", onDeath);
    return new LeaseCommits(table, worker);
  }

  all(): Lease[] {
    return this.#table.all();
  }

  save(lease: Lease): void {
    this.#gathering ??= { leases: [], done: Promise.withResolvers() };
    this.#gathering.leases.push(lease);
    if (this.#gathering.leases.length === 1 && !this.#writing) this.#writeSoon();
  }

  /**
   * After a quiet moment, writes immediately. Under load, waits for some milliseconds so that more leases share a
   * transaction.
   */
  #writeSoon(): void {
    if (performance.now() - this.#lastWrite > GATHER_MS) setImmediate(() => this.#write());
    else setTimeout(() => this.#write(), GATHER_MS);
  }

  settled(): Promise<void> {
    return (this.#gathering ?? this.#writing)?.done.promise ?? Promise.resolve();
  }

  #write(): void {
    if (this.#writing || !this.#gathering) return;
    this.#writing = this.#gathering;
    this.#gathering = undefined;
    // A batch may have no waiting caller, for example after a RELEASE message. The empty handler prevents an
    // unhandled rejection in this case.
    this.#writing.done.promise.catch(() => undefined);
    this.#lastWrite = performance.now();
    this.#worker.postMessage(this.#writing.leases);
  }

  #written(error: unknown): void {
    const batch = this.#writing;
    this.#writing = undefined;
    if (error === undefined) batch?.done.resolve();
    else batch?.done.reject(error);
    if (this.#gathering) this.#writeSoon();
  }

  async close(): Promise<void> {
    while (this.#gathering || this.#writing) await this.settled().catch(() => undefined);
    await this.#worker.terminate();
  }
}
