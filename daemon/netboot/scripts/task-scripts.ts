/** Writes the iPXE scripts that boot Muster's initrd as the rescue system or the wiper. */
import { imageFolder, type Suite } from "../../contract/netboot/suite.ts";
import { hyphenated } from "./scripts.ts";
import { render } from "./templates.ts";

export interface TaskInput {
  bootUrl: string;
  suite: Suite;
  task: "rescue" | "wipe";
  name: string;
  mac: string;
  /** The key of this boot, which the machine needs to fetch its files and to send reports. */
  key: string;
}

const words = { rescue: "starting the rescue system of", wipe: "erasing" } as const;

export function taskScript({ bootUrl, suite, task, name, mac, key }: TaskInput): string {
  const folder = `${bootUrl}/assets/${imageFolder(suite)}`;
  const initrds = ["initrd.img", ...(task === "rescue" ? ["rescue.img"] : [])];
  return render("task.ipxe", {
    what: `${words[task]} ${name}`,
    kernel: `${folder}/vmlinuz`,
    arguments: [
      ...initrds.map((file) => `initrd=${file}`),
      `muster.task=${task} muster.url=${bootUrl} muster.key=${key} BOOTIF=01-${hyphenated(mac)}`,
      // Messages are also printed to the first serial port, because old servers have no screen.
      "console=tty0 console=ttyS0,115200n8",
    ].join(" "),
    initrds: initrds.map((file) => `${folder}/${file}`),
  });
}

export function wipeConf(input: {
  name: string;
  key: string;
  bootUrl: string;
  disk: string;
  disks: "chosen" | "all";
  quick: boolean;
}): string {
  const variables = {
    MUSTER_HOSTNAME: input.name,
    MUSTER_DISK: input.disk,
    MUSTER_DISKS: input.disks,
    MUSTER_WIPE: input.quick ? "quick" : "full",
    MUSTER_PROGRESS_URL: `${input.bootUrl}/progress/${input.key}`,
  };
  return Object.entries(variables)
    .map(([name, value]) => render("assignment.sh", { name, value }))
    .join("");
}
