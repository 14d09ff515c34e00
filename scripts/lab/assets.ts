/**
 * Provides the boot files of the lab's machines. The files are downloaded and built once, into a cache that is kept
 * when the lab stops.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DEFAULT_SUITE, imageFolder } from "../../daemon/contract/netboot/suite.ts";

const scripts = join(import.meta.dirname, "..");

export interface LabAssets {
  /** A folder with the same layout as a daemon's assets folder. */
  folder: string;
  roms: string;
}

export const defaultCache = join(scripts, "../.cache/lab");

/** If `aside` is true, the boot files are prepared at a low priority, because no test waits for them yet. */
export async function prepareAssets(cache: string, say: (line: string) => void, { aside = false } = {}): Promise<LabAssets> {
  const command = [...(aside ? [join(scripts, "lab/aside")] : []), join(scripts, "lab/make-assets"), cache];
  await run(say, command);
  const folder = join(cache, "assets");
  return { folder, roms: join(folder, "ipxe-qemu") };
}

/** Uses hard links, because the daemon rejects symbolic links that lead outside its folder. */
export function placeAssets({ folder }: LabAssets, dataDir: string): void {
  const target = join(dataDir, "assets");
  mkdirSync(target, { recursive: true });
  for (const each of ["ipxe", "debian-installer", "image"]) {
    try {
      execFileSync("cp", ["-al", join(folder, each), target], { stdio: "ignore" });
    } catch {
      execFileSync("cp", ["-a", join(folder, each), target]);
    }
  }
}

/** Unpacks the installer's image into a folder that all simulated machines share. */
export function unpackImage({ folder }: LabAssets, cache: string): string {
  const archive = join(folder, imageFolder(DEFAULT_SUITE), "root.tar.zst");
  const { rootSha256 } = JSON.parse(readFileSync(join(dirname(archive), "manifest.json"), "utf8")) as { rootSha256: string };
  const root = join(cache, `root-${rootSha256.slice(0, 16)}`);
  if (existsSync(root)) return root;
  for (const old of readdirSync(cache)) if (old.startsWith("root-")) rmSync(join(cache, old), { recursive: true });
  const half = join(cache, "unpacking");
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half);
  execFileSync("tar", ["--zstd", "-x", "-p", "-f", archive, "-C", half]);
  renameSync(half, root);
  return root;
}

function run(say: (line: string) => void, [command = "", ...args]: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n").filter(Boolean)) say(line);
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${command} exited with code ${code}`))));
  });
}
