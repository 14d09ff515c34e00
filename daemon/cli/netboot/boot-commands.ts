/** How a machine boots from the network: what it would be answered and why, and what it and we said. */
import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { Mac } from "../../contract/names.ts";
import { bootErrors, findBootError } from "../../contract/netboot/boot-errors.ts";
import { AskedMode } from "../../contract/netboot/explanation.ts";
import { CommandFailure } from "../failure.ts";
import { print } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";
import { showBootError, showExplanation } from "./show-explanation.ts";

interface Asked {
  arch: number;
  userClass?: string;
  mode?: AskedMode;
  interface?: string;
  error?: string;
}

export function bootCommands(program: Command, { json, client }: Words): void {
  program
    .command("explain")
    .argument("[mac]", "of any machine, known or not", macAddress)
    .option("--arch <number>", "architecture it would say (option 93)", whole(0, 65_535), 7)
    .option("--user-class <text>", "e.g. iPXE")
    .addOption(new Option("--mode <mode>", "as if netboot.dhcp were this").choices(AskedMode.options))
    .option("--interface <name>", "as if it booted there (else where it was seen last)")
    .option("--error <code>", "what its screen says, e.g. PXE-E53; with a MAC address also what we saw of it")
    .description("what a machine's last boot came to, what it would be answered now, and why")
    .addHelpText(
      "after",
      `\nArchitectures: 0 BIOS, 7 and 9 UEFI x86-64, 11 UEFI arm64, 16 UEFI HTTP boot.${examples(
        "muster explain 52:54:00:12:34:56 --arch 0",
        "muster explain 52:54:00:12:34:56 --user-class iPXE",
        "muster explain 52:54:00:12:34:56 --mode full",
        "muster explain 52:54:00:12:34:56 --interface eth2",
        "muster explain 52:54:00:12:34:56 --error PXE-E53",
        "muster explain --error PXE-E16",
      )}`,
    )
    .action(async (mac: string | undefined, { error: code, ...asked }: Asked) => {
      const error = code === undefined ? undefined : knownError(code);
      if (mac === undefined) {
        if (!error) throw new CommandFailure("USAGE", "neither a MAC address nor --error was given", "muster explain --help has examples.");
        return print(json(), { error }, showBootError(error));
      }
      const explanation = await client().explain({ mac, ...asked });
      if (error) print(json(), { error, ...explanation }, showBootError(error, explanation));
      else print(json(), explanation, showExplanation(explanation));
    });

  program
    .command("capture")
    .argument("<name|mac>")
    .option("-o, --output <file>", "where to; - is standard output (else <name>.pcap here)")
    .description("write what this machine and the boot servers said to each other as a file for Wireshark")
    .addHelpText(
      "after",
      `\nDHCP and TFTP without the files, and the heads of HTTP requests with install keys masked. Of each machine that boots about\n256 KiB are kept, 32 MiB of all.${examples("muster capture rack1-n1", "muster capture 52:54:00:12:34:56 -o - | tshark -r -")}`,
    )
    .action(async (node: string, { output }: { output?: string }) => {
      const bytes = await client().captureNode({ node });
      if (output === "-") return void process.stdout.write(bytes);
      const file = output ?? `${(await client().getNode({ node })).name}.pcap`;
      write(file, bytes);
      print(json(), { file, bytes: bytes.length }, `${file}, ${bytes.length} bytes. Read it: tshark -r ${file}`);
    });
}

function knownError(code: string) {
  const error = findBootError(code);
  if (error) return error;
  const codes = bootErrors.map((each) => each.code.replace("PXE-", "")).join(" ");
  throw new CommandFailure("USAGE", `--error: ${code} is not a code known here`, `Known are PXE-… ${codes}.`);
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { mode: 0o600 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure("STEP_FAILED", `the capture cannot be written: ${reason}`, "Name another file with -o.");
  }
}

function macAddress(text: string): string {
  const mac = Mac.safeParse(text);
  if (!mac.success) throw new InvalidArgumentError("It is not a MAC address such as 52:54:00:12:34:56.");
  return mac.data;
}
