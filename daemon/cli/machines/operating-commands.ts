/** Changing what a machine is for: a controller, a patient of the rescue system, an empty one. */
import type { Command } from "commander";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";

export function operatingCommands(program: Command, { json, client }: Words): void {
  program
    .command("promote")
    .argument("<name|mac>")
    .description("make a worker a controller: moves it to controller_nodes in the inventory, and configures it again")
    .addHelpText(
      "after",
      `${examples("muster promote rack1-n1")}\n\nIts variables and comments go with it, and it stays a controller when it calls home again. Back again: move it in inventory.yaml by hand.`,
    )
    .action(async (node: string) => {
      const job = await client().promoteNode({ node });
      print(
        json(),
        job,
        `${job.nodeName} is a controller in the inventory; ${job.id} is ${job.status}. Watch it: muster job ${job.id} --follow`,
      );
    });
  program
    .command("rescue")
    .argument("<name|mac>")
    .option("--end", "let it boot its disk again", false)
    .description("let its network boots start a small system in memory with sshd; its disks are left alone")
    .addHelpText(
      "after",
      `${examples("muster rescue rack1-n1", "muster power cycle rack1-n1 --confirm rack1-n1", "muster node rack1-n1        where it is reachable, and its host key", "muster rescue rack1-n1 --end")}\n\nRoot may log in with the keys of access.ssh_keys_file, and from the control node. It has e2fsck, lsblk, blkid, fdisk and busybox.`,
    )
    .action(async (node: string, { end }: { end: boolean }) => {
      const found = end ? await client().endRescue({ node }) : await client().rescueNode({ node });
      print(
        json(),
        found,
        end
          ? `${found.name} is ${found.state.phase} and boots its disk again. Reset it.`
          : `${found.name} gets the rescue system at its network boots. Switch it on, or reset it; then \`muster node ${found.name}\` says where it is.\nEnd it with: muster rescue ${found.name} --end`,
      );
    });
  program
    .command("wipe")
    .argument("<name|mac>")
    .requiredOption("--confirm <name>", "the node's name")
    .option("--all-disks", "every fixed disk, not only the one an installation takes", false)
    .option("--quick", "only the beginning and the end of each disk: partition tables, boot loaders, RAID labels", false)
    .description("let its next network boot erase its disk, once")
    .addHelpText(
      "after",
      `${examples("muster wipe rack1-n1 --confirm rack1-n1", "muster wipe rack1-n1 --confirm rack1-n1 --all-disks", "muster disarm rack1-n1        while no boot has used it")}\n\nEvery sector is overwritten with zeros. What a drive keeps aside by itself, such as the spare cells of an SSD, is not reached.\nRemovable disks and USB disks are never touched.`,
    )
    .action(async (node: string, { confirm, allDisks, quick }: { confirm: string; allDisks: boolean; quick: boolean }) => {
      const armed = await client().wipeNode({ node, confirm, disks: allDisks ? "all" : "chosen", quick });
      const what = allDisks ? "all its fixed disks" : "the disk an installation takes";
      print(
        json(),
        armed,
        `${armed.name} is armed for a wipe: its next network boot erases ${what}, once.\nSwitch it on, or reset it. Take it back with: muster disarm ${armed.name}`,
      );
    });
}
