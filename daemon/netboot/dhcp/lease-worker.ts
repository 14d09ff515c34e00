/**
 * The thread that writes leases. Each message contains leases, which become one transaction. The answer is
 * sent when they are on disk.
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
    // Sends the error instead of throwing it. A full disk must not end the thread, and leases that were not
    // saved are not promised.
    parentPort?.postMessage(error);
  }
});
parentPort?.on("close", () => db.close());
parentPort?.postMessage("open");
