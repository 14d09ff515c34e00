/** Who did what: looking at the audit, taking it along, proving it, erasing a person from it. */
import { closeSync, openSync, writeSync } from "node:fs";
import { type Command, Option } from "commander";
import { AuditAction, type AuditRecord } from "../../contract/audit/audit.ts";
import type { AuditReport } from "../../contract/audit/audit-report.ts";
import type { Client } from "../../contract/client.ts";
import { CommandFailure } from "../failure.ts";
import type { LocalCommands, Verification } from "../local-commands.ts";
import { clean, paint, print, table } from "../print.ts";
import { duration, examples, type Words, whole } from "../words.ts";

interface Wish {
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
    .description("who did, wanted or was refused what, newest last; asks for an admin's key")
    .option("--last <time>", "only what is not older, such as 90m, 24h or 7d", duration(1, YEARS))
    .option("--user <name>", "only what this person did, or what was done for them")
    .addOption(new Option("--action <action>", "only records of this kind").choices(AuditAction.options))
    .option("--limit <number>", "at most so many", whole(1, 1000), 100)
    .option("--before <record>", "only records before this one", whole(1, Number.MAX_SAFE_INTEGER))
    .option("--export <file>", "write every record with its proof to a new file, as lines of JSON")
    .addHelpText(
      "after",
      `\nAn intent is written before something is done, its outcome after. An intent without one reads unknown: nobody knows how it
ended. Names, reasons and addresses are of people; an export holds them.${examples(
        "muster audit --last 24h",
        "muster audit --last 7d --user alice --action refusal",
        "muster audit --export audit.ndjson",
        "muster audit verify",
      )}`,
    )
    .action(async (wish: Wish) => {
      if (wish.export !== undefined) {
        if (wish.last !== undefined || wish.user !== undefined || wish.action !== undefined || wish.before !== undefined)
          throw new CommandFailure("USAGE", "--export: holds every record, or it could not be proven", "For some of them take --json.");
        const records = await exportTo(wish.export, client());
        print(
          json(),
          { file: wish.export, records },
          `${records} records are in ${wish.export}. Prove them: muster audit verify --export ${wish.export}`,
        );
        return;
      }
      const records = await client().listAudit({
        limit: wish.limit,
        ...(wish.last !== undefined && { since: new Date(Date.now() - wish.last * 1000).toISOString() }),
        ...(wish.user !== undefined && { user: wish.user }),
        ...(wish.action !== undefined && { action: wish.action }),
        ...(wish.before !== undefined && { before: wish.before }),
      });
      print(json(), records, showRecords(records, wish.limit));
    });

  audit
    .command("verify")
    .description("prove that no record was altered, removed, moved or cut off; needs no daemon and no key")
    .option("--data <dir>", "data folder (MUSTER_DATA, else /var/lib/muster, else ./.muster)")
    .option("--export <file>", "prove an export instead of the database")
    .option("--checkpoint <file>", "hold it against a checkpoint that was kept elsewhere, too")
    .option("--public-key <file>", "copy of audit/key.pub that was kept elsewhere")
    .addHelpText(
      "after",
      `\nWhoever holds the control node holds the key that signs checkpoints there: only a checkpoint and a public key kept elsewhere prove
something against them. Exit code 0 only when everything is proven.${examples(
        "muster audit verify",
        "muster audit verify --checkpoint /mnt/elsewhere/checkpoint --public-key /mnt/elsewhere/key.pub",
        "muster audit verify --export audit.ndjson",
      )}`,
    )
    .action((_: Verification, command: Command) => {
      // --export is an option of `muster audit`, too, which takes it away from here.
      const report = local.verifyAudit(command.optsWithGlobals<Verification>());
      print(json(), report, showReport(report));
      if (!report.ok)
        throw new CommandFailure(
          "STEP_FAILED",
          "the audit is not proven",
          "Compare with a copy: an export, a backup, a checkpoint kept elsewhere. docs/audit.md explains each finding.",
        );
    });

  audit
    .command("erase")
    .argument("<name>", "as it stands in the audit: a person, or an address")
    .description("take a name and the reasons given under it out of every record; the records stay and can still be proven")
    .addHelpText("after", examples("muster audit erase alice"))
    .action(async (name: string) => {
      const answer = await client().eraseFromAudit({ name });
      print(json(), answer, `${answer.message}.`);
    });
}

/** Page by page, to a file nobody else may read and that was not there before. */
async function exportTo(file: string, client: Client): Promise<number> {
  const descriptor = create(file);
  try {
    let [after, records] = [0, 0];
    for (;;) {
      const page = Buffer.from(await client.exportAudit({ after }));
      const lines = page
        .toString("utf8")
        .split("\n")
        .filter((line) => line.startsWith('{"record"'));
      writeSync(descriptor, page);
      const last = lines.at(-1);
      if (last === undefined) return records;
      records += lines.length;
      after = (JSON.parse(last) as { record: { seq: number } }).record.seq;
    }
  } finally {
    closeSync(descriptor);
  }
}

function create(file: string): number {
  try {
    return openSync(file, "wx", 0o600);
  } catch (error) {
    throw new CommandFailure("USAGE", `--export: ${error instanceof Error ? error.message : error}`, "Name a file that is not there yet.");
  }
}

function showRecords(records: AuditRecord[], limit: number): string {
  if (records.length === 0) return "No record fits.";
  const more = records.length === limit ? `\n\nThere may be older ones: --before ${records.at(-1)?.seq}` : "";
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
