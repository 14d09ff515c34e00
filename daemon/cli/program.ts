/**
 * Builds the `muster` command with all subcommands in their groups. Commands call the daemon, or functions that the caller
 * injects.
 */
import { Command, Help, type Option } from "commander";
import { alertCommands } from "./admin/alert-commands.ts";
import { backupCommands } from "./admin/backup-commands.ts";
import { daemonCommands } from "./admin/daemon-commands.ts";
import { daemonLogCommands } from "./admin/daemon-log-commands.ts";
import { keyCommands } from "./admin/key-commands.ts";
import { auditCommands } from "./audit/audit-commands.ts";
import { changeCommands } from "./changes/change-commands.ts";
import { policyCommands } from "./changes/policy-commands.ts";
import { toolCommands } from "./changes/tool-commands.ts";
import { voterCommands } from "./changes/voter-commands.ts";
import { clusterCommands } from "./cluster/cluster-commands.ts";
import { modelCommands } from "./cluster/model-commands.ts";
import { jobCommands } from "./jobs/job-commands.ts";
import { runCommands } from "./jobs/run-commands.ts";
import { scheduleCommands } from "./jobs/schedule-commands.ts";
import type { LocalCommands } from "./local-commands.ts";
import { enrolCommands } from "./machines/enrol-commands.ts";
import { hardwareCommands } from "./machines/hardware-commands.ts";
import { inventoryCommands } from "./machines/inventory-commands.ts";
import { nodeCommands } from "./machines/node-commands.ts";
import { operatingCommands } from "./machines/operating-commands.ts";
import { powerCommands } from "./machines/power-commands.ts";
import { rackCommands } from "./machines/rack-commands.ts";
import { bootCommands } from "./netboot/boot-commands.ts";
import { bootFileCommands } from "./netboot/boot-file-commands.ts";
import { leaseCommands } from "./netboot/lease-commands.ts";
import { quirkCommands } from "./netboot/quirk-commands.ts";
import { examples, wordsOf } from "./words.ts";

export function buildProgram(local: LocalCommands): Command {
  const program = new Command("muster")
    .description("Turns a pile of legacy machines into a cluster and keeps the cluster running.")
    .version(local.version)
    .option("--json", "print JSON instead of text")
    .option("--url <url>", "address of the daemon (default: MUSTER_URL or http://127.0.0.1:8000)")
    .option("--key <key>", "API key; prefer the variable MUSTER_KEY, because process lists show the value of this option")
    .configureHelp({ optionDescription })
    // The caller prints failures and chooses the exit code in the same way for all commands.
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      "after",
      `${examples(
        "muster init                        answer a few questions; writes muster.yaml",
        "muster doctor                      check what is missing for a start",
        "muster up                          run the daemon; prints its address and a key",
        "export MUSTER_KEY=mk_…             set the key for the commands that call the daemon",
        "muster nodes                       list the machines that have appeared",
        "muster accept 52:54:00:12:34:56 --name rack1-n1",
        "muster arm rack1-n1                its next network boot installs it, once",
      )}\n\nExit codes: 0 done, 1 not done, 2 wrong usage, 130 stopped by Ctrl-C.`,
    );
  const words = wordsOf(program, local.version);

  program.commandsGroup("Start:");
  daemonCommands(program, words, local);

  program.commandsGroup("Machines:");
  nodeCommands(program, words);
  hardwareCommands(program, words);
  powerCommands(program, words);
  operatingCommands(program, words);
  enrolCommands(program, words);
  inventoryCommands(program, words);
  rackCommands(program, words);

  program.commandsGroup("Network boot:");
  bootCommands(program, words);
  leaseCommands(program, words);
  quirkCommands(program, words);
  bootFileCommands(program, words, local);

  program.commandsGroup("Jobs:");
  jobCommands(program, words);
  runCommands(program, words);
  scheduleCommands(program, words);

  program.commandsGroup("Cluster:");
  clusterCommands(program, words);
  modelCommands(program, words, local);

  program.commandsGroup("Changes:");
  changeCommands(program, words);
  toolCommands(program, words, local);
  policyCommands(program, words, local);
  voterCommands(program, words, local);

  program.commandsGroup("Audit:");
  auditCommands(program, words, local);

  program.commandsGroup("Administration:");
  keyCommands(program, words, local);
  alertCommands(program, words);
  daemonLogCommands(program, words);
  backupCommands(program, words, local);

  // The group for the help command is set last, because commands that are created later would inherit the group.
  program.commandsGroup("Start:").helpCommand(true);
  return program;
}

/** Omits `(default: false)` and `(default: [])` from the help, because these defaults are obvious. */
function optionDescription(option: Option): string {
  const { defaultValue, description } = option;
  if (defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0)) return description;
  return new Help().optionDescription(option);
}
