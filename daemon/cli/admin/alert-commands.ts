/** Defines `muster alerts`, which lists the raised alerts and their delivery to the webhook. */
import type { Command } from "commander";
import type { Alert } from "../../contract/admin/alert.ts";
import { ago, print, table } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";

export function alertCommands(program: Command, { json, client }: Words): void {
  program
    .command("alerts")
    .description("list the raised alerts, newest first, and show whether the webhook received each alert")
    .option("--limit <number>", "show at most this many alerts", whole(1, 1000), 20)
    .addHelpText(
      "after",
      `\nThe rules and the webhook are set under \`admin.alerts\` in muster.yaml. Muster never runs a runbook by itself: the printed commands\npropose one.\n${examples("muster alerts", "muster alerts --json | jq '.[] | select(.delivery==\"waiting\")'")}`,
    )
    .action(async ({ limit }: { limit: number }) => {
      const alerts = await client().listAlerts({ limit });
      print(json(), alerts, alerts.length === 0 ? "No alert has been raised." : showAlerts(alerts));
    });
}

/** Commands are shown for this many alerts, the newest first. */
const COMMANDS = 3;

function showAlerts(alerts: Alert[]): string {
  const list = table(
    [{ title: "WHEN" }, { title: "RULE" }, { title: "WEBHOOK", least: 10 }, { title: "RUNBOOK" }, { title: "WHAT", least: 30 }],
    alerts.map(({ at, rule, delivery, error, runbooks, summary }) => [
      ago(at),
      rule,
      error === undefined ? delivery : `${delivery}: ${error}`,
      runbooks[0]?.name ?? "",
      summary,
    ]),
  );
  const commands = alerts.flatMap(({ runbooks }) => runbooks.slice(0, 1).map(({ command }) => `  ${command}`)).slice(0, COMMANDS);
  return commands.length === 0 ? list : [list, "", "These commands propose the runbooks of the newest alerts:", ...commands].join("\n");
}
