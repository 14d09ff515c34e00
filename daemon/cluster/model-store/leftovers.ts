/** Removes the temporary files that a killed `muster model add` left in the folder of models. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../errors/errors.ts";
import { partialIn } from "./model-folder.ts";

export async function removeLeftovers(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const pid = partialIn(file.replace(/\.json$/, ""))?.pid;
    if (pid !== undefined && !isRunning(pid)) await rm(join(folder, file), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}
