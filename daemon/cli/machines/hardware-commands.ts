/** Defines the commands that change which hardware belongs to a node: card and replaced. */
import type { Command } from "commander";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";

export function hardwareCommands(program: Command, { json, client }: Words): void {
  const card = program.command("card").description("add a network card to a node, or remove a card from a node");
  card
    .command("add")
    .argument("<name|mac>")
    .argument("<new-mac>")
    .description("add a network card to a node, so that the node may boot by this card")
    .addHelpText("after", examples("muster card add rack1-n1 52:54:00:12:34:57"))
    .action(async (node: string, mac: string) => {
      const found = await client().addCard({ node, mac });
      print(json(), found, `${found.name} has the network cards ${found.macs.join(" ")}.`);
    });
  card
    .command("remove")
    .argument("<name|mac>")
    .argument("<old-mac>")
    .description("remove a network card from a node; the next machine that boots by this card is a new machine")
    .addHelpText("after", examples("muster card remove rack1-n1 52:54:00:12:34:57"))
    .action(async (node: string, mac: string) => {
      const found = await client().removeCard({ node, mac });
      print(json(), found, `${found.name} has the network cards ${found.macs.join(" ")}.`);
    });
  program
    .command("replaced")
    .argument("<name|mac>")
    .description("confirm that another machine is this node now, for example after you replaced its board")
    .addHelpText("after", examples("muster replaced rack1-n1"))
    .action(async (node: string) => {
      const found = await client().replaceMachine({ node });
      print(json(), found, `The next machine that boots with a MAC address of ${found.name} is ${found.name}.`);
    });
}
