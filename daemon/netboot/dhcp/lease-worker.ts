/** The thread that waits for the disk: each message is some leases, written as one transaction and answered when they are on disk. */
import { parentPort, workerData } from "node:worker_threads";
import type { Lease } from "../../../pxe/boot-source.ts";
import { openDatabase } from "../../store/database.ts";
import { LeaseTable } from "../../store/netboot/leases.ts";

const db = openDatabase(workerData as string);
const table = new LeaseTable(db);

parentPort?.on("message", (leases: Lease[]) => {
  try {
    table.together(() => {
      for (const lease of leases) table.save(lease);
    });
    parentPort?.postMessage(undefined);
  } catch (error) {
    // Told, not thrown: a full disk must not end the thread, and what was not written is not promised.
    parentPort?.postMessage(error);
  }
});
parentPort?.on("close", () => db.close());
parentPort?.postMessage("open");
