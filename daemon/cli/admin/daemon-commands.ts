/** init, doctor and up: the way to a running daemon. */
import { type Command, Option } from "commander";
import type { Check } from "../../contract/admin/doctor.ts";
import type { InitOptions, LocalCommands, Place } from "../local-commands.ts";
import { paint, print } from "../print.ts";
import { examples, placed, type Words } from "../words.ts";

export function daemonCommands(program: Command, { json }: Words, local: LocalCommands): void {
  program
    .command("init")
    .description("write muster.yaml, asking which interfaces and which DHCP mode on each")
    .option("--output <file>", "where to", "muster.yaml")
    .option(
      "--interface <name[=mode]>",
      "network card the machines boot from; again for another one",
      (name, all: string[]) => [...all, name],
      [],
    )
    .addOption(new Option("--dhcp <mode>", "DHCP mode of those that name none").choices(["off", "proxy", "full"]))
    .option("--from <address>", "full mode: first address handed out")
    .option("--to <address>", "full mode: last address handed out")
    .option("--ssh-keys <file>", "public keys that may log in to every node")
    .option("--force", "replace an existing file", false)
    .option("--print", "print every key with its default and write nothing", false)
    .addHelpText(
      "after",
      examples(
        "muster init",
        "muster init --interface eth1 --dhcp proxy --ssh-keys ~/.ssh/id_ed25519.pub",
        "muster init --interface eth1 --dhcp full --from 10.20.0.100 --to 10.20.0.199",
        "muster init --interface eth1=full --interface eth2=proxy",
        "muster init --print | less",
      ),
    )
    .action(async (options: InitOptions) => {
      const { file, text } = await local.init(options);
      print(json(), file === undefined ? { text } : { file }, text);
    });

  placed(program.command("doctor"))
    .description("check everything a start depends on, and say what to do")
    .addHelpText("after", "\nIn full mode it looks five seconds for another DHCP server. Exit code 0 only when nothing is wrong.")
    .action(async (options: Place) => {
      const checks = await local.doctor(options);
      print(json(), checks, showChecks(checks));
      if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
    });

  placed(program.command("up"))
    .description("run the daemon in the foreground until Ctrl-C")
    .addHelpText("after", "\nThe first start prints an API key, once. The log goes to standard output, one JSON line for each event.")
    .action((options: Place) => local.up(options));
}

function showChecks(checks: Check[]): string {
  const lines = checks.map(({ ok, name, detail, advice }) => {
    const mark = ok ? paint("green", "ok     ") : paint("red", "PROBLEM");
    return `${mark} ${name}: ${detail}${advice ? `\n        → ${advice}` : ""}`;
  });
  const problems = checks.filter(({ ok }) => !ok).length;
  const verdict = problems === 0 ? "Nothing is wrong." : problems === 1 ? "One problem." : `${problems} problems.`;
  return [...lines, verdict].join("\n");
}
