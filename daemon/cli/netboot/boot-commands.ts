/** Defines `muster explain` and `muster capture`, which explain the answers to a booting machine and save its packets. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { Mac } from "../../contract/names.ts";
import { bootErrors, findBootError } from "../../contract/netboot/boot-errors.ts";
import { AskedMode } from "../../contract/netboot/explanation.ts";
import { CommandFailure } from "../failure.ts";
import { writeFileWhole } from "../new-file.ts";
import { print } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";
import { showBootError, showExplanation } from "./show-explanation.ts";

interface ExplainOptions {
  arch: number;
  userClass?: string;
  mode?: AskedMode;
  interface?: string;
  error?: string;
}

export function bootCommands(program: Command, { json, client }: Words): void {
  program
    .command("explain")
    .argument("[mac]", "MAC address of a machine; Muster does not need to know the machine", macAddress)
    .option("--arch <number>", "architecture number that the machine sends in DHCP option 93", whole(0, 65_535), 7)
    .option("--user-class <text>", "user class that the machine sends, for example iPXE")
    .addOption(new Option("--mode <mode>", "assume this value of netboot.dhcp").choices(AskedMode.options))
    .option(
      "--interface <name>",
      "assume that the machine boots on this interface (default: the interface where the machine was last seen)",
    )
    .option("--error <code>", "error code on the machine's screen, such as PXE-E53; add a MAC address to include the observed boot")
    .description("explain a machine's last boot, the answer that the machine would receive now, and the reasons")
    .addHelpText(
      "after",
      `\nArchitectures: 0 BIOS, 7 and 9 UEFI x86-64, 11 UEFI arm64, 16 UEFI HTTP boot.\n${examples(
        "muster explain 52:54:00:12:34:56 --arch 0",
        "muster explain 52:54:00:12:34:56 --user-class iPXE",
        "muster explain 52:54:00:12:34:56 --mode full",
        "muster explain 52:54:00:12:34:56 --interface eth2",
        "muster explain 52:54:00:12:34:56 --error PXE-E53",
        "muster explain --error PXE-E16",
      )}`,
    )
    .action(async (mac: string | undefined, { error: code, ...asked }: ExplainOptions) => {
      const error = code === undefined ? undefined : knownError(code);
      if (mac === undefined) {
        if (!error)
          throw new CommandFailure("USAGE", "neither a MAC address nor --error was given", "See the examples of `muster explain --help`.");
        return print(json(), { error }, showBootError(error));
      }
      const explanation = await client().explain({ mac, ...asked });
      if (error) print(json(), { error, ...explanation }, showBootError(error, explanation));
      else print(json(), explanation, showExplanation(explanation));
    });

  program
    .command("capture")
    .argument("<name|mac>")
    .option("-o, --output <file>", "file to write, or - for standard output (default: <name>.pcap in the current folder)")
    .description("write a file for Wireshark with the network packets between a machine and the boot servers")
    .addHelpText(
      "after",
      `\nThe file contains DHCP, TFTP without the file contents, and the heads of HTTP requests with install keys masked.\nThe daemon keeps about 256 KiB for each machine and 32 MiB in total.\n${examples("muster capture rack1-n1", "muster capture 52:54:00:12:34:56 -o - | tshark -r -")}`,
    )
    .action(async (node: string, { output }: { output?: string }) => {
      const bytes = await client().captureNode({ node });
      if (output === "-") return void process.stdout.write(bytes);
      const file = output ?? `${(await client().getNode({ node })).name}.pcap`;
      await writeFileWhole({ file, option: "-o", mayReplace: true }, (append) => append(bytes));
      print(json(), { file, bytes: bytes.length }, `${file}, ${bytes.length} bytes. Read it: tshark -r ${file}`);
    });
}

function knownError(code: string) {
  const error = findBootError(code);
  if (error) return error;
  const codes = bootErrors.map((each) => each.code.replace("PXE-", "")).join(" ");
  throw new CommandFailure("USAGE", `--error: ${code} is not a known code`, `Known codes are PXE-… ${codes}.`);
}

function macAddress(text: string): string {
  const mac = Mac.safeParse(text);
  if (!mac.success) throw new InvalidArgumentError("It is not a MAC address such as 52:54:00:12:34:56.");
  return mac.data;
}
