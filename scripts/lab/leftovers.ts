/**
 * Cleans up after laboratories whose process was killed. Removes a folder or a network only if it has a lab name and
 * its owner process has ended.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deleteNamespace } from "./network.ts";

const OWNER = "owner";

/**
 * Records this process as the owner, in the laboratory's folder. The start time of the process distinguishes it from a
 * later process with the same process id.
 */
export function claim(folder: string, network: string): void {
  writeFileSync(join(folder, OWNER), `${process.pid} ${startTime(process.pid)} ${network}\n`);
}

/** Removes the record of the owner, so that a later cleanup keeps the folder for the user. */
export function release(folder: string): void {
  rmSync(join(folder, OWNER), { force: true });
}

export function sweep(cache: string): void {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith("run-"))) {
    const folder = join(cache, name);
    const file = join(folder, OWNER);
    if (!existsSync(file)) continue;
    const [pid = "", started = "", network = ""] = readFileSync(file, "utf8").trim().split(" ");
    if (startTime(Number(pid)) === started) continue;
    const namespaces = execFileSync("ip", ["netns", "list"], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.split(" ")[0] ?? "");
    for (const each of namespaces) if (each === network || each.startsWith(`${network}-`)) deleteNamespace(each);
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Call this function before you delete a folder. Otherwise the files in mounted file systems would be deleted too. */
export function unmountBelow(folder: string): void {
  const mounted = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const each of mounted.filter((place) => place.startsWith(`${folder}/`)).reverse()) execFileSync("umount", ["-l", each]);
}

function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "gone";
  }
}
