/** Defines the commands that list, show, accept, arm, disarm, reconfigure and retire nodes. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Client } from "../../contract/client.ts";
import { type Node, Profile } from "../../contract/machines/node.ts";
import { Mac } from "../../contract/names.ts";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { showNode, showNodes } from "./show-nodes.ts";

interface AcceptOptions {
  name?: string;
  disk?: string;
}

export function nodeCommands(program: Command, { json, client }: Words): void {
  program
    .command("nodes")
    .description("list all known machines")
    .addHelpText("after", examples("muster nodes", "muster nodes --json | jq -r '.[] | select(.state.phase==\"ready\").name'"))
    .action(async () => {
      const nodes = await client().listNodes();
      print(json(), nodes, showNodes(nodes));
    });
  program
    .command("node")
    .argument("<name|mac>")
    .description("show one machine and its timeline")
    .addHelpText("after", examples("muster node rack1-n1", "muster node 52:54:00:12:34:56 --json"))
    .action(async (node: string) => {
      const [found, events] = [await client().getNode({ node }), await client().nodeEvents({ node })];
      print(json(), { ...found, events }, showNode(found, events));
    });
  program
    .command("accept")
    .argument("<name|mac>")
    .option("--name <name>", "give it this name")
    .option("--disk <path>", "install to this disk, for example /dev/disk/by-id/…")
    .description("accept a machine as a node; to add a machine before its first boot, give its MAC address")
    .addHelpText(
      "after",
      examples("muster accept 52:54:00:12:34:56 --name rack1-n1", "muster accept node-123456 --disk /dev/disk/by-id/ata-DISK_SERIAL"),
    )
    .action(async (node: string, options: AcceptOptions) => {
      const accepted = await accept(client(), node, options);
      print(json(), accepted, `${accepted.name} is accepted. Next: muster arm ${accepted.name}`);
    });
  program
    .command("arm")
    .argument("<name|mac>")
    .addOption(
      new Option("--profile <profile>", "installation profile (default: machines.profile of the configuration)").choices(Profile.options),
    )
    .option("--confirm <name>", "name of the node as a confirmation; required if the node has been installed before")
    .description("arm a node for one installation: its next network boot erases the disk and installs the node")
    .addHelpText(
      "after",
      examples("muster arm rack1-n1", "muster arm rack1-n1 --profile preseed", "muster arm rack1-n1 --confirm rack1-n1"),
    )
    .action(async (node: string, options: { profile?: Profile; confirm?: string }) => {
      const armed = await client().armNode({ node, ...options });
      const how = armed.state.phase === "armed" ? ` by ${armed.state.profile}` : "";
      print(
        json(),
        armed,
        `${armed.name} is armed: its next network boot erases its disk and installs it${how}, once.\nSwitch it on, or reset it. To undo this: muster disarm ${armed.name}`,
      );
    });
  program
    .command("disarm")
    .argument("<name|mac>")
    .description("cancel the installation or the wipe of a node before a network boot starts it")
    .addHelpText("after", examples("muster disarm rack1-n1"))
    .action(async (node: string) => {
      const { state, name, ...rest } = await client().disarmNode({ node });
      print(json(), { ...rest, name, state }, `${name} is ${state.phase}; its next boot erases nothing.`);
    });
  // `muster wake` is a name of earlier versions. The newer command `muster power on` uses the node's power driver.
  program
    .command("wake", { hidden: true })
    .argument("<name|mac>")
    .description("send a Wake-on-LAN packet to a node; to use the node's power driver, run `muster power on`")
    .addHelpText("after", examples("muster wake rack1-n1"))
    .action(async (node: string) => {
      const answer = await client().wakeNode({ node });
      print(json(), answer, answer.message);
    });
  program
    .command("reprovision")
    .argument("<name|mac>")
    .option("--check", "preview the run: show the differences that the run would make, but change nothing", false)
    .description("run the configuration playbook again on a node, or preview its changes")
    .addHelpText("after", examples("muster reprovision rack1-n1", "muster reprovision rack1-n1 --check"))
    .action(async (node: string, { check }: { check: boolean }) => {
      const job = await client().reprovisionNode({ node, check });
      print(json(), job, `${job.id} is ${job.status}. Watch it: muster job ${job.id} --follow`);
    });
  program
    .command("forget")
    .argument("[name|mac...]")
    .option("--discovered", "forget all discovered machines", false)
    .description("forget machines that were only ever discovered, with their timelines")
    .addHelpText("after", examples("muster forget node-123456", "muster forget --discovered"))
    .action(async (nodes: string[], { discovered }: { discovered: boolean }) => {
      if (discovered === nodes.length > 0)
        throw new InvalidArgumentError("Name machines, or use --discovered for all discovered machines.");
      const gone = await client().forgetNodes(discovered ? {} : { nodes });
      print(json(), gone, gone.length === 1 ? `${gone[0]?.name} is forgotten.` : `${gone.length} machines are forgotten.`);
    });
  program
    .command("retire")
    .argument("<name|mac>")
    .option("--confirm <name>", "name of the node as a confirmation; required if the node has been installed")
    .description("remove a node from the fleet and the inventory without erasing its disk")
    .addHelpText("after", examples("muster retire rack1-n1 --confirm rack1-n1"))
    .action(async (node: string, options: { confirm?: string }) => {
      const retired = await client().retireNode({ node, ...options });
      print(json(), retired, `${retired.name} is retired.`);
    });
}

/** Accepts a machine. For an unknown MAC address, adds the machine before its first boot. */
async function accept(client: Client, node: string, { name, disk }: AcceptOptions): Promise<Node> {
  const chosen = { ...(name !== undefined && { name }), ...(disk !== undefined && { disk }) };
  const mac = Mac.safeParse(node);
  const known = (await client.listNodes()).some((one) => one.name === node || (mac.success && one.macs.includes(mac.data)));
  return mac.success && !known ? client.addNode({ mac: mac.data, ...chosen }) : client.acceptNode({ node, ...chosen });
}
