/** The `muster` command: its words and their order. What it does is asked of the daemon or injected. */
import { Command } from "commander";
import { alertCommands } from "./admin/alert-commands.ts";
import { daemonCommands } from "./admin/daemon-commands.ts";
import { daemonLogCommands } from "./admin/daemon-log-commands.ts";
import { keyCommands } from "./admin/key-commands.ts";
import { auditCommands } from "./audit/audit-commands.ts";
import { governCommands } from "./changes/change-commands.ts";
import { policyCommands } from "./changes/policy-commands.ts";
import { toolCommands } from "./changes/tool-commands.ts";
import { voterCommands } from "./changes/voter-commands.ts";
import { jobCommands } from "./jobs/job-commands.ts";
import { runCommands } from "./jobs/run-commands.ts";
import { scheduleCommands } from "./jobs/schedule-commands.ts";
import type { LocalCommands } from "./local-commands.ts";
import { enrolCommands } from "./machines/enrol-commands.ts";
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
    .description("Turns a pile of legacy machines into a cluster and keeps it.")
    .version(local.version)
    .option("--json", "print JSON for programs instead of text for people")
    .option("--url <url>", "where the daemon is (MUSTER_URL, else http://127.0.0.1:8000)")
    .option("--key <key>", "API key (better: MUSTER_KEY, which no process list shows)")
    // The caller tells failures and chooses the exit code, the same way for all of them.
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      "after",
      `${examples(
        "muster init                        write muster.yaml, asking",
        "muster doctor                      what is missing for a start",
        "muster up                          run the daemon; prints its address and a key",
        "export MUSTER_KEY=mk_…             for the commands that ask the daemon",
        "muster nodes                       who has turned up",
        "muster accept 52:54:00:12:34:56 --name rack1-n1",
        "muster arm rack1-n1                its next network boot installs it, once",
      )}\n\nExit codes: 0 it happened, 1 it did not, 2 the command was not understood, 130 Ctrl-C.`,
    );
  const words = wordsOf(program, local.version);
  daemonCommands(program, words, local);
  nodeCommands(program, words);
  powerCommands(program, words);
  bootCommands(program, words);
  leaseCommands(program, words);
  quirkCommands(program, words);
  jobCommands(program, words);
  runCommands(program, words);
  scheduleCommands(program, words);
  governCommands(program, words);
  operatingCommands(program, words);
  toolCommands(program, words, local);
  policyCommands(program, words, local);
  auditCommands(program, words, local);
  keyCommands(program, words, local);
  voterCommands(program, words, local);
  alertCommands(program, words);
  daemonLogCommands(program, words);
  enrolCommands(program, words);
  inventoryCommands(program, words);
  rackCommands(program, words);
  bootFileCommands(program, words, local);
  return program;
}
