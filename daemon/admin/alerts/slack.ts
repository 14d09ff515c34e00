/**
 * Formats an alert for Slack's incoming webhooks and compatible services. An attacker may have written parts of the alert's
 * text.
 */
import type { AlertRunbook } from "../../contract/admin/alert.ts";

const MOST_CHARACTERS = 3000;

/** The command comes after the summary, and is never cut off. */
export function slackBody(summary: string, runbook?: AlertRunbook): string {
  const advice = runbook === undefined ? "" : `\nThe runbook ${runbook.name} matches. Propose it with \`${slackText(runbook.command)}\``;
  return JSON.stringify({ text: `Muster: ${slackText(summary)}${advice}` });
}

/**
 * Escapes the character `<`, because `<!channel>`, links and mentions begin with `<`. Removes characters that change the
 * writing direction.
 */
export function slackText(text: string): string {
  const plain = text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ");
  const cut = plain.length > MOST_CHARACTERS ? `${plain.slice(0, MOST_CHARACTERS)}…` : plain;
  return cut.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
