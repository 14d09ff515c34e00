/** Defines `muster audit`, which shows, exports and verifies the audit log, and erases a person from it. */
import { type Command, Option } from "commander";
import { AuditAction, type AuditRecord } from "../../contract/audit/audit.ts";
import type { AuditReport } from "../../contract/audit/audit-report.ts";
import type { Client } from "../../contract/client.ts";
import { CommandFailure } from "../failure.ts";
import type { LocalCommands, Verification } from "../local-commands.ts";
import { writeFileWhole } from "../new-file.ts";
import { clean, paint, print, table } from "../print.ts";
import { DATA_FOLDER, duration, examples, type Words, whole } from "../words.ts";

interface AuditOptions {
  last?: number;
  user?: string;
  action?: AuditAction;
  limit: number;
  before?: number;
  export?: string;
}

const YEARS = 10 * 366 * 86_400;

export function auditCommands(program: Command, { json, client }: Words, local: LocalCommands): void {
  const audit = program
    .command("audit")
    .description("show the recorded actions and refusals, newest last; requires a key with the role admin")
    .option("--last <time>", "show only the records of the most recent period, such as 90m, 24h or 7d", duration(1, YEARS))
    .option("--user <name>", "show only actions by this person, or on behalf of this person")
    .addOption(new Option("--action <action>", "only records of this kind").choices(AuditAction.options))
    .option("--limit <number>", "show at most this many records", whole(1, 1000), 100)
    .option("--before <record>", "show only records with a number below this number", whole(1, Number.MAX_SAFE_INTEGER))
    .option("--export <file>", "write every record with its proof to a new file, as one JSON object per line")
    .addHelpText(
      "after",
      `\nMuster records an intent before an action, and its outcome afterwards. An intent without an outcome is shown as unknown.
Records contain names, reasons and addresses of people, and so does an export.\n${examples(
        "muster audit --last 24h",
        "muster audit --last 7d --user alice --action refusal",
        "muster audit --export audit.ndjson",
        "muster audit verify",
      )}`,
    )
    .action(async ({ limit, last, user, action, before, export: file }: AuditOptions) => {
      if (file !== undefined) {
        if (last !== undefined || user !== undefined || action !== undefined || before !== undefined)
          throw new CommandFailure("USAGE", "--export: writes all records and cannot be filtered", "To save a selection, use --json.");
        const records = await exportTo(file, client());
        print(json(), { file, records }, `${records} records are in ${file}. Verify them: muster audit verify --export ${file}`);
        return;
      }
      const records = await client().listAudit({
        limit,
        ...(last !== undefined && { since: new Date(Date.now() - last * 1000).toISOString() }),
        ...(user !== undefined && { user }),
        ...(action !== undefined && { action }),
        ...(before !== undefined && { before }),
      });
      print(json(), records, showRecords(records, limit));
    });

  audit
    .command("verify")
    .description("verify that no record was altered, moved, removed or cut off at the end; works without a daemon or a key")
    .option("--data <dir>", DATA_FOLDER)
    .option("--export <file>", "verify an exported file instead of the database")
    .option("--checkpoint <file>", "also compare the audit log with a checkpoint that you stored elsewhere")
    .option("--public-key <file>", "copy of the public key audit/key.pub that you stored elsewhere")
    .addHelpText(
      "after",
      `\nAn attacker with access to the control node also has the key that signs checkpoints. Only a checkpoint and a public key
that were stored elsewhere protect against that. The exit code is 0 only when everything is proven.\n${examples(
        "muster audit verify",
        "muster audit verify --checkpoint /mnt/elsewhere/checkpoint --public-key /mnt/elsewhere/key.pub",
        "muster audit verify --export audit.ndjson",
      )}`,
    )
    .action(async (_: Verification, command: Command) => {
      // The parent command `muster audit` also has the option `--export` and receives its value.
      // The options of both commands are therefore read.
      const report = await local.verifyAudit(command.optsWithGlobals<Verification>());
      print(json(), report, showReport(report));
      if (!report.ok)
        throw new CommandFailure(
          "STEP_FAILED",
          "the audit is not proven",
          "Compare with a copy: an export, a backup, or a checkpoint that was stored elsewhere. docs/audit.md explains each finding.",
        );
    });

  audit
    .command("erase")
    .argument("<name>", "name of a person or a network address, as written in the audit log")
    .description("remove a person's name and reasons from every record; the records themselves can still be verified")
    .addHelpText("after", examples("muster audit erase alice"))
    .action(async (name: string) => {
      const answer = await client().eraseFromAudit({ name });
      print(json(), answer, `${answer.message}.`);
    });
}

/** Writes the audit log page by page to a new file that only this user may read. */
function exportTo(file: string, client: Client): Promise<number> {
  return writeFileWhole({ file, option: "--export", mayReplace: false }, async (append) => {
    let [after, records] = [0, 0];
    for (;;) {
      const page = Buffer.from(await client.exportAudit({ after }));
      const lines = page
        .toString("utf8")
        .split("\n")
        .filter((line) => line.startsWith('{"record"'));
      append(page);
      const last = lines.at(-1);
      if (last === undefined) return records;
      records += lines.length;
      after = (JSON.parse(last) as { record: { seq: number } }).record.seq;
    }
  });
}

function showRecords(records: AuditRecord[], limit: number): string {
  if (records.length === 0) return "No record matches.";
  const more = records.length === limit ? `\n\nThere may be older records: --before ${records.at(-1)?.seq}` : "";
  const shown = records.toReversed();
  return `${table(
    [
      { title: "RECORD" },
      { title: "TIME" },
      { title: "WHO", least: 8 },
      { title: "ACTION" },
      { title: "ABOUT", least: 12 },
      { title: "WHAT", least: 16 },
      { title: "RESULT", paint: (cell) => (bad.test(cell) ? paint("red", cell) : cell) },
    ],
    shown.map(({ seq, at, actor, action, subject, summary, reason, result }) => [
      String(seq),
      new Date(at).toLocaleString("sv-SE"),
      actor.onBehalfOf === undefined ? actor.name : `${actor.name} for ${actor.onBehalfOf}`,
      action,
      subject,
      reason === undefined ? summary : `${summary} (${reason})`,
      result ?? "",
    ]),
  )}${more}`;
}

const bad = /^(deny|denied|refused|failed|unknown|timed-out|[A-Z_]+)$/;

function showReport({ ok, records, first, last, signedTo, findings }: AuditReport): string {
  const which = first === undefined ? "no records" : `${records} records, ${first} to ${last}`;
  if (ok) return `${paint("green", "proven")}: ${which}; signed up to record ${signedTo}.`;
  return [
    ...findings.map(({ kind, text }) => `${paint("red", kind.padEnd(9))} ${clean(text)}`),
    `${which}; proven by signature up to ${signedTo}.`,
  ].join("\n");
}
