/** Everything that is done with machines. */
import { type Command, Option } from "commander";
import type { Client } from "../../contract/client.ts";
import { type Node, Profile } from "../../contract/machines/node.ts";
import { Mac } from "../../contract/names.ts";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { showNode, showNodes } from "./show-nodes.ts";

interface Wanted {
  name?: string;
  disk?: string;
}

export function nodeCommands(program: Command, { json, client }: Words): void {
  program
    .command("nodes")
    .description("all known machines")
    .addHelpText("after", examples("muster nodes", "muster nodes --json | jq -r '.[] | select(.state.phase==\"ready\").name'"))
    .action(async () => {
      const nodes = await client().listNodes();
      print(json(), nodes, showNodes(nodes));
    });
  program
    .command("node")
    .argument("<name|mac>")
    .description("one machine and its timeline")
    .action(async (node: string) => {
      const [found, events] = [await client().getNode({ node }), await client().nodeEvents({ node })];
      print(json(), { ...found, events }, showNode(found, events));
    });
  program
    .command("accept")
    .argument("<name|mac>")
    .option("--name <name>", "give it this name")
    .option("--disk <path>", "install to this disk, e.g. /dev/disk/by-id/…")
    .description("take a discovered machine into the fleet; a MAC address not seen yet is added")
    .addHelpText(
      "after",
      examples("muster accept 52:54:00:12:34:56 --name rack1-n1", "muster accept node-123456 --disk /dev/disk/by-id/ata-DISK_SERIAL"),
    )
    .action(async (node: string, wanted: Wanted) => {
      const accepted = await accept(client(), node, wanted);
      print(json(), accepted, `${accepted.name} is accepted. Next: muster arm ${accepted.name}`);
    });
  program
    .command("arm")
    .argument("<name|mac>")
    .addOption(new Option("--profile <profile>", "how it is installed (else the configuration's)").choices(Profile.options))
    .option("--confirm <name>", "the node's name, when it has been installed before")
    .description("let its next network boot install it, erasing its disk, once")
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
        `${armed.name} is armed: its next network boot erases its disk and installs it${how}, once.\nSwitch it on, or reset it. Take it back with: muster disarm ${armed.name}`,
      );
    });
  program
    .command("disarm")
    .argument("<name|mac>")
    .description("take an arming, or a wipe, back that no boot has used yet")
    .action(async (node: string) => {
      const { state, name, ...rest } = await client().disarmNode({ node });
      print(json(), { ...rest, name, state }, `${name} is ${state.phase}; its next boot erases nothing.`);
    });
  program
    .command("wake")
    .argument("<name|mac>")
    .description("send Wake-on-LAN")
    .action(async (node: string) => {
      const answer = await client().wakeNode({ node });
      print(json(), answer, answer.message);
    });
  program
    .command("reprovision")
    .argument("<name|mac>")
    .option("--check", "change nothing: say what would change, with the differences", false)
    .description("run the playbook again, or preview it")
    .addHelpText("after", examples("muster reprovision rack1-n1", "muster reprovision rack1-n1 --check"))
    .action(async (node: string, { check }: { check: boolean }) => {
      const job = await client().reprovisionNode({ node, check });
      print(json(), job, `${job.id} is ${job.status}. Watch it: muster job ${job.id} --follow`);
    });
  program
    .command("retire")
    .argument("<name|mac>")
    .option("--confirm <name>", "the node's name, when it has been installed")
    .description("take a node out of the fleet and the inventory; its disk is left alone")
    .action(async (node: string, options: { confirm?: string }) => {
      const retired = await client().retireNode({ node, ...options });
      print(json(), retired, `${retired.name} is retired.`);
    });
}

/** Whoever knows the MAC address of a machine need not wait until it turns up. */
async function accept(client: Client, node: string, { name, disk }: Wanted): Promise<Node> {
  const wanted = { ...(name !== undefined && { name }), ...(disk !== undefined && { disk }) };
  const mac = Mac.safeParse(node);
  const known = (await client.listNodes()).some((one) => one.name === node || (mac.success && one.macs.includes(mac.data)));
  return mac.success && !known ? client.addNode({ mac: mac.data, ...wanted }) : client.acceptNode({ node, ...wanted });
}
