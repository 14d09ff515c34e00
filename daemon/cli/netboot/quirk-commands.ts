/** Defines `muster quirks`, which manages machines that need special boot settings. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { Loader, LocalBoot, type Quirks } from "../../contract/netboot/quirk.ts";
import { CommandFailure } from "../failure.ts";
import { print } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";
import { quirkLines, showQuirks } from "./show-quirks.ts";

interface QuirkOptions {
  blksize?: number;
  options?: boolean;
  rollover?: number;
  loader?: Loader;
  local?: LocalBoot[];
}

export function quirkCommands(program: Command, { json, client }: Words): void {
  const quirks = program
    .command("quirks")
    .description("list machines with special boot settings, with the source and the reason of each setting")
    .addHelpText(
      "after",
      `\nSources: chosen is set with \`muster quirks set\`. learned was observed on this machine. file comes from Muster's quirk file, by
make and model. A chosen setting overrides a learned one, and a learned one overrides the file.\n${examples(
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
    .option("--blksize <bytes>", "maximum size of a TFTP block in bytes", whole(8, 1468))
    .option("--no-options", "use TFTP without any TFTP options")
    .option("--rollover <block>", "number of the TFTP block that follows block 65535", whole(0, 1))
    .addOption(new Option("--loader <loader>", "iPXE with the firmware's network driver, or with its own").choices(Loader.options))
    .option("--local <ways>", `ways to boot its own disk, in the order to try: ${LocalBoot.options.join(",")}`, ways)
    .description("set boot settings of one machine; all other boot settings of the machine stay unchanged")
    .addHelpText("after", examples("muster quirks set rack1-n1 --no-options", "muster quirks set rack1-n1 --local exit-1,exit-0"))
    .action(async (node: string, options: QuirkOptions) => {
      const chosen = quirksFrom(options);
      if (Object.keys(chosen).length === 0)
        throw new CommandFailure("USAGE", "no setting was given", "`muster quirks set --help` lists the options.");
      const machine = await client().chooseQuirks({ node, ...chosen });
      print(json(), machine, showQuirks([machine]));
    });
  quirks
    .command("forget")
    .argument("<name|mac>")
    .description("remove the chosen and learned settings of one machine; settings from the quirk file still apply")
    .addHelpText("after", examples("muster quirks forget rack1-n1"))
    .action(async (node: string) => {
      const machine = await client().forgetQuirks({ node });
      print(
        json(),
        machine,
        `${machine.node ?? machine.mac} boots with the usual settings${machine.quirks.length > 0 ? " and those of the quirk file" : ""}.`,
      );
    });
  quirks
    .command("export")
    .description("print learned settings as lines for the quirk file, without names, MAC addresses or serial numbers")
    .addHelpText("after", examples("muster quirks export >> quirks.ndjson"))
    .action(async () => {
      const lines = quirkLines(await client().listQuirks());
      const none = "# Nothing has been learned yet.";
      print(json(), lines, lines.length > 0 ? lines.map((line) => JSON.stringify(line)).join("\n") : none);
    });
}

/** The parser `commander` sets an option named `--no-…` to true if the user omits the option. */
function quirksFrom({ blksize, options, rollover, loader, local }: QuirkOptions): Quirks {
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
