/** Defines the commands that change the use of a machine: promote, rescue and wipe. */
import type { Command } from "commander";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";

export function operatingCommands(program: Command, { json, client }: Words): void {
  program
    .command("promote")
    .argument("<name|mac>")
    .description("turn a worker into a controller: move it to the inventory group controller_nodes and configure it again")
    .addHelpText(
      "after",
      `${examples("muster promote rack1-n1")}\n\nIts variables and comments move with it. It remains a controller when it calls home again. To undo this, move it back in inventory.yaml.`,
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
    .option("--end", "end the rescue, so that the node boots its own disk again", false)
    .description("boot a node into a small in-memory rescue system with sshd, without changing its disks")
    .addHelpText(
      "after",
      `${examples("muster rescue rack1-n1", "muster power cycle rack1-n1 --confirm rack1-n1", "muster node rack1-n1        shows its address and host key", "muster rescue rack1-n1 --end")}\n\nRoot may log in with the keys of machines.access.ssh_keys_file, and from the control node. The system has e2fsck, lsblk, blkid, fdisk and busybox.`,
    )
    .action(async (node: string, { end }: { end: boolean }) => {
      const found = end ? await client().endRescue({ node }) : await client().rescueNode({ node });
      print(
        json(),
        found,
        end
          ? `${found.name} is ${found.state.phase} and boots its disk again. Reset it.`
          : `${found.name} boots into the rescue system. Switch it on, or reset it. Then \`muster node ${found.name}\` shows its address.\nTo end the rescue: muster rescue ${found.name} --end`,
      );
    });
  program
    .command("wipe")
    .argument("<name|mac>")
    .requiredOption("--confirm <name>", "the node's name")
    .option("--all-disks", "erase all fixed disks instead of only the installation disk", false)
    .option(
      "--quick",
      "erase only the beginning and the end of each disk, which contain partition tables, boot loaders and RAID labels",
      false,
    )
    .description("erase the disk of a node at the node's next network boot")
    .addHelpText(
      "after",
      `${examples("muster wipe rack1-n1 --confirm rack1-n1", "muster wipe rack1-n1 --confirm rack1-n1 --all-disks", "muster disarm rack1-n1        undo it, while no boot has used it")}\n\nEvery sector is overwritten with zeros. Areas that a drive hides, such as the spare cells of an SSD, are not reached.\nRemovable disks and USB disks are never touched.`,
    )
    .action(async (node: string, { confirm, allDisks, quick }: { confirm: string; allDisks: boolean; quick: boolean }) => {
      const armed = await client().wipeNode({ node, confirm, disks: allDisks ? "all" : "chosen", quick });
      const what = allDisks ? "all its fixed disks" : "the disk that an installation uses";
      print(
        json(),
        armed,
        `${armed.name} is armed for a wipe: its next network boot erases ${what}, once.\nSwitch it on, or reset it. To undo this: muster disarm ${armed.name}`,
      );
    });
}
