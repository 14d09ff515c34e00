/** Machines that cannot bear what all others do when they boot. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { Loader, LocalBoot, type Quirks } from "../../contract/netboot/quirk.ts";
import { CommandFailure } from "../failure.ts";
import { print } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";
import { quirkLines, showQuirks } from "./show-quirks.ts";

interface Wanted {
  blksize?: number;
  options?: boolean;
  rollover?: number;
  loader?: Loader;
  local?: LocalBoot[];
}

export function quirkCommands(program: Command, { json, client }: Words): void {
  const quirks = program
    .command("quirks")
    .description("machines that are booted otherwise than usual: how, on whose word and why")
    .addHelpText(
      "after",
      `\nchosen: set with \`muster quirks set\`. learned: seen on this machine. file: of its make and model, from the quirk file of Muster.
What was chosen comes before what was learned, that before the file.${examples(
        "muster quirks",
        "muster quirks set rack1-n1 --blksize 1024 --loader ipxe",
        "muster quirks set rack1-n1 --local exit-0,exit-1",
        "muster quirks forget rack1-n1",
        "muster quirks export >> quirks.ndjson",
      )}`,
    )
    .action(async () => {
      const machines = await client().listQuirks();
      print(json(), machines, showQuirks(machines));
    });
  quirks
    .command("set")
    .argument("<name|mac>")
    .option("--blksize <bytes>", "TFTP blocks of at most so many bytes", whole(8, 1468))
    .option("--no-options", "TFTP as if options had never been invented")
    .option("--rollover <block>", "the TFTP block after 65535", whole(0, 1))
    .addOption(new Option("--loader <loader>", "iPXE with the firmware's network driver, or with its own").choices(Loader.options))
    .option("--local <ways>", `ways into its own disk, the first tried first: ${LocalBoot.options.join(",")}`, ways)
    .description("boot one machine otherwise than usual; what is not named stays as it was")
    .addHelpText("after", examples("muster quirks set rack1-n1 --no-options", "muster quirks set rack1-n1 --local exit-1,exit-0"))
    .action(async (node: string, wanted: Wanted) => {
      const chosen = quirksFrom(wanted);
      if (Object.keys(chosen).length === 0)
        throw new CommandFailure("USAGE", "nothing to set was named", "muster quirks set --help lists the options.");
      const machine = await client().chooseQuirks({ node, ...chosen });
      print(json(), machine, showQuirks([machine]));
    });
  quirks
    .command("forget")
    .argument("<name|mac>")
    .description("forget what was chosen for and learned of one machine; the quirk file still holds")
    .action(async (node: string) => {
      const machine = await client().forgetQuirks({ node });
      print(
        json(),
        machine,
        `${machine.node ?? machine.mac} is booted as usual${machine.quirks.length > 0 ? " but for the quirk file" : ""}.`,
      );
    });
  quirks
    .command("export")
    .description("what was learned here as lines of the quirk file, without names, MAC addresses or serial numbers: ready to be sent in")
    .action(async () => {
      const lines = quirkLines(await client().listQuirks());
      const none = "# Nothing has been learned yet.";
      print(json(), lines, lines.length > 0 ? lines.map((line) => JSON.stringify(line)).join("\n") : none);
    });
}

/** commander says true for an option named --no-… that was left out. */
function quirksFrom({ blksize, options, rollover, loader, local }: Wanted): Quirks {
  return {
    ...(blksize !== undefined && { blockSize: blksize }),
    ...(options === false && { tftpOptions: false }),
    ...(rollover !== undefined && { rollover: rollover === 1 ? 1 : 0 }),
    ...(loader !== undefined && { loader }),
    ...(local !== undefined && { localBoot: local }),
  };
}

function ways(text: string): LocalBoot[] {
  return text.split(",").map((word) => {
    const way = LocalBoot.safeParse(word.trim());
    if (!way.success) throw new InvalidArgumentError(`${word.trim() || "An empty word"} is not one of ${LocalBoot.options.join(", ")}.`);
    return way.data;
  });
}
