/**
 * Simulates the installation of a machine. The simulation fetches every file and sends every progress message of a real
 * install. It also runs the finishing script in the new root. Only the disk is simulated: it is an overlay over an
 * unpacked image that all machines share.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetch, type Plugged } from "./firmware.ts";
import type { Step } from "./ipxe.ts";

export interface Disk {
  /** The folder of the unpacked image, which is shared and read-only. */
  image: string;
  /** The folder for the changes of this machine to the image. */
  folder: string;
  /** The mount point of the image with the machine's changes. */
  root: string;
}

export async function install(machine: Plugged, boot: Extract<Step, { kind: "kernel" }>, disk: Disk): Promise<void> {
  for (const file of [boot.kernel, ...boot.initrds]) await fetch(machine, file, "-o", "/dev/null");
  const url = argument(boot.args, "muster.url");
  const key = argument(boot.args, "muster.key");
  const tell = (stage: string, detail = "") => fetch(machine, `${url}/progress/${key}/${stage}?detail=${encodeURIComponent(detail)}`);
  try {
    await tell("start", "Simulated machine");
    const conf = await fetch(machine, `${url}/preseed/${key}/install.conf`);
    const finish = await fetch(machine, /MUSTER_FINISH_URL='([^']+)'/.exec(conf)?.[1] ?? "");
    await tell("partition", "an overlay");
    mountFresh(disk);
    await tell("base");
    await tell("late");
    writeFileSync(join(disk.root, "root/finish.sh"), finish);
    execFileSync("chroot", [disk.root, "/bin/sh", "/root/finish.sh"], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" },
    });
    await tell("done");
  } catch (error) {
    await tell("failed", error instanceof Error ? error.message : String(error)).catch(() => "");
    throw error;
  }
}

function mountFresh({ image, folder, root }: Disk): void {
  const [upper, work] = [join(folder, "upper"), join(folder, "work")];
  for (const each of [upper, work, root]) mkdirSync(each, { recursive: true });
  execFileSync("mount", ["-t", "overlay", "overlay", "-o", `lowerdir=${image},upperdir=${upper},workdir=${work}`, root]);
}

function argument(args: string[], name: string): string {
  const found = args.find((arg) => arg.startsWith(`${name}=`));
  if (!found) throw new Error(`the installer's command line lacks ${name}`);
  return found.slice(name.length + 1);
}
