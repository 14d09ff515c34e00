/** What machines boot from, and the laboratory that tries it. */
import type { Command } from "commander";
import type { LocalCommands, Place } from "../local-commands.ts";
import { print } from "../print.ts";
import { placed, type Words } from "../words.ts";

export function bootFileCommands(program: Command, { json }: Words, local: LocalCommands): void {
  const listed = (files: string[]) => print(json(), { files }, files.join("\n"));
  placed(program.command("assets").description("what machines boot from").command("fetch"))
    .description("bring iPXE, GRUB for 32-bit UEFI and the Debian installer out of Debian's packages")
    .addHelpText(
      "after",
      "\nThe packages come from Debian 13, whatever runs here, and are checked by apt; the system's own sources stay as they are.",
    )
    .action(async (options: Place) => listed(await local.fetchAssets(options)));
  placed(program.command("image").description("what the image profile installs").command("build"))
    .option("--force", "build although it is up to date", false)
    .option("--mirror <url>", "Debian mirror to build from")
    .description("build the Debian root and the installer (as root)")
    .addHelpText("after", "\nIt takes a few minutes and 1 GB of disk; when nothing has changed it is done at once.")
    .action(async (options: Place & { force: boolean; mirror?: string }) => listed(await local.buildImage(options)));
  program
    .command("lab")
    .description("a laboratory of virtual machines in a network namespace; --help for its options")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[args...]")
    .action(async (args: string[]) => {
      process.exitCode = await local.lab(args);
    });
}
