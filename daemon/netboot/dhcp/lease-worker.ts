/**
 * The thread that writes leases. Each message contains leases, which become one transaction. The thread answers
 * when these leases are on disk.
 */
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
    // The error is sent instead of thrown, because a full disk must not end the thread. Leases that were not
    // saved are not promised to a machine.
    parentPort?.postMessage(error);
  }
});
parentPort?.on("close", () => db.close());
parentPort?.postMessage("open");
