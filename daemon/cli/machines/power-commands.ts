/** Defines `muster power`, which switches a machine on or off through its power driver. */
import { Argument, type Command } from "commander";
import { PowerAction } from "../../contract/machines/power.ts";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";

export function powerCommands(program: Command, { json, client }: Words): void {
  program
    .command("power")
    .addArgument(new Argument("<action>", "action of the driver").choices(PowerAction.options))
    .argument("<name|mac>")
    .option("--confirm <name>", "name of the node as a confirmation; required for `off` and `cycle`")
    .description("switch a machine on or off, or show its power state; `off` and `cycle` do not shut the system down first")
    .addHelpText(
      "after",
      `\nDrivers are set under \`machines.power\` in muster.yaml: wol, ipmi, redfish, command, manual.\n${examples("muster power status rack1-n1", "muster power on rack1-n1", "muster power cycle rack1-n1 --confirm rack1-n1")}`,
    )
    .action(async (action: PowerAction, node: string, options: { confirm?: string }) => {
      const result = action === "status" ? await client().nodePower({ node }) : await client().powerNode({ node, action, ...options });
      print(json(), result, `${result.message}.`);
    });
}
