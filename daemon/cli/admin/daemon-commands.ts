/** Defines `muster init`, `doctor`, `up` and `prepare`, which configure, check and run the daemon. */
import { type Command, Option } from "commander";
import type { Check } from "../../contract/admin/doctor.ts";
import type { InitOptions, LocalCommands, LocalPlace } from "../local-commands.ts";
import { paint, print } from "../print.ts";
import { examples, placed, type Words } from "../words.ts";

export function daemonCommands(program: Command, { json }: Words, local: LocalCommands): void {
  program
    .command("init")
    .description("ask for the network interfaces and their DHCP modes, and write your answers to muster.yaml")
    .option("--output <file>", "write to this file", "muster.yaml")
    .option(
      "--interface <name[=mode]>",
      "network interface that machines boot from; repeat the option for more interfaces",
      (name, all: string[]) => [...all, name],
      [],
    )
    .addOption(new Option("--dhcp <mode>", "DHCP mode of interfaces given without a mode").choices(["off", "proxy", "full"]))
    .option("--from <address>", "first address that Muster assigns in full DHCP mode")
    .option("--to <address>", "last address that Muster assigns in full DHCP mode")
    .option("--ssh-keys <file>", "file with the public SSH keys that may log in to every node")
    .option("--force", "overwrite an existing file", false)
    .option("--print", "print every configuration key with its default instead of writing a file", false)
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
    .description("check all requirements for starting the daemon, with advice for each problem")
    .addHelpText(
      "after",
      `\nIn full mode it searches for another DHCP server for five seconds. The exit code is 0 only when there is no problem.\n${examples("muster doctor", "muster doctor --config ./muster.yaml --json")}`,
    )
    .action(async (options: LocalPlace) => {
      const checks = await local.doctor(options);
      print(json(), checks, showChecks(checks));
      if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
    });

  placed(program.command("up"))
    .description("run the daemon in the foreground until you press Ctrl-C")
    .option("--new-database", "begin with an empty database after the old one was lost; all nodes are forgotten")
    .addHelpText(
      "after",
      `\nThe first start prints an API key, once. The log goes to standard output, one line of JSON for each event.\n${examples("muster up", "muster up --config ./muster.yaml --data ./data")}`,
    )
    .action((options: LocalPlace & { newDatabase?: boolean }) => local.up(options));

  placed(program.command("prepare"))
    .description("as root, give the data folder to the separate users of the processes, and check everything for a start")
    .option("--new-database", "begin with an empty database after the old one was lost; all nodes are forgotten")
    .addHelpText(
      "after",
      `\nThe systemd units run this command before each start. It corrects wrong owners and permissions.\n${examples("muster prepare", "muster prepare --config /etc/muster/muster.yaml --data /var/lib/muster")}`,
    )
    .action(async (options: LocalPlace & { newDatabase?: boolean }) => {
      const corrected = await local.prepare(options);
      const shown = corrected.map((name) => (name === "" ? "the data folder itself" : name));
      print(json(), { corrected }, shown.length === 0 ? "Nothing to correct." : `Corrected: ${shown.join(", ")}`);
    });
}

function showChecks(checks: Check[]): string {
  const lines = checks.map(({ ok, name, detail, advice }) => {
    const mark = ok ? paint("green", "ok     ") : paint("red", "PROBLEM");
    return `${mark} ${name}: ${detail}${advice ? `\n        → ${advice}` : ""}`;
  });
  const problems = checks.filter(({ ok }) => !ok).length;
  const verdict = problems === 0 ? "No problems." : problems === 1 ? "One problem." : `${problems} problems.`;
  return [...lines, verdict].join("\n");
}
