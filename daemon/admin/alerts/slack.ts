/** An alert as the body of Slack's incoming webhooks, which others take too. What it tells of may be written by an attacker. */
const MOST_CHARACTERS = 3000;

export const slackBody = (summary: string): string => JSON.stringify({ text: `Muster: ${slackText(summary)}` });

/** `<!channel>`, `<https://…|a name>` and mentions begin with `<`: without it they are letters. Marks that turn text around go. */
export function slackText(text: string): string {
  const plain = text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ");
  const cut = plain.length > MOST_CHARACTERS ? `${plain.slice(0, MOST_CHARACTERS)}…` : plain;
  return cut.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
