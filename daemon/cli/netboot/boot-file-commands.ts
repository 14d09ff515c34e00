/** Defines `muster assets`, `image` and `lab`, which fetch boot files, build the image, and run virtual machines. */
import type { Command } from "commander";
import type { LocalCommands, LocalPlace } from "../local-commands.ts";
import { print } from "../print.ts";
import { examples, placed, type Words } from "../words.ts";

export function bootFileCommands(program: Command, { json }: Words, local: LocalCommands): void {
  const listed = (files: string[]) => print(json(), { files }, files.join("\n"));
  placed(program.command("assets").description("fetch the boot files for machines").command("fetch"))
    .description("extract iPXE, GRUB for 32-bit UEFI and the Debian installer from Debian packages")
    .addHelpText(
      "after",
      `\nThe Debian installer is of the release that machines.debian.suite names. The loaders iPXE and GRUB are those of Debian 13. apt verifies all packages. The system's own package sources do not change.\n${examples("muster assets fetch", "muster assets fetch --data /var/lib/muster")}`,
    )
    .action(async (options: LocalPlace) => listed(await local.fetchAssets(options)));
  placed(program.command("image").description("build the system that the profile `image` installs").command("build"))
    .option("--force", "build the image even if it is up to date", false)
    .option("--mirror <url>", "URL of the Debian mirror that the build uses")
    .description("build the Debian root file system and the installer; requires root")
    .addHelpText(
      "after",
      `\nA build takes a few minutes and 1 GB of disk. The image is of the release that machines.debian.suite names. If nothing has changed, the command ends at once.\n${examples("muster image build", "muster image build --mirror http://deb.debian.org/debian")}`,
    )
    .action(async (options: LocalPlace & { force: boolean; mirror?: string }) => listed(await local.buildImage(options)));
  program
    .command("lab")
    .description("in a network namespace, run virtual machines that boot from Muster; `muster lab --help` lists the options")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[args...]")
    .action(async (args: string[]) => {
      process.exitCode = await local.lab(args);
    });
}
