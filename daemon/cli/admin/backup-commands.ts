/** Defines `muster backup`. */
import type { Command } from "commander";
import type { LocalCommands, LocalPlace } from "../local-commands.ts";
import { print } from "../print.ts";
import { DATA_FOLDER, examples, type Words } from "../words.ts";

export function backupCommands(program: Command, { json }: Words, local: LocalCommands): void {
  program
    .command("backup <folder>")
    .description("copy the database, keys and audit of the data folder into a new folder, also while the daemon runs")
    .option("--data <dir>", DATA_FOLDER)
    .addHelpText(
      "after",
      `\nThe copy contains private keys, so only you can open it. It does not contain boot files and the output of jobs.\n${examples("muster backup /srv/backup/muster-monday", "muster backup --data ./data ./copy")}`,
    )
    .action(async (folder: string, options: LocalPlace) => {
      const copied = await local.backup(folder, options);
      print(json(), { folder, copied }, `Copied to ${folder}: ${copied.join(", ")}`);
    });
}
