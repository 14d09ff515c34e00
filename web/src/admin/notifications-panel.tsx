/** What raises an alert, and whether the webhook takes them. */
import type { Alert } from "../../../daemon/contract/admin/alert.ts";
import { Problem } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { alertsHref } from "../parts/route.ts";
import { Sheet } from "../parts/sheet.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { alertWords } from "./alert-words.ts";

/** The most the route gives. */
const ALERTS = 1000;

export function NotificationsPanel() {
  const { client } = usePage();
  const { answer, problem } = useAnswer(async () => ({
    now: await client.notifications(),
    alerts: await client.listAlerts({ limit: ALERTS }),
  }));
  return (
    <section>
      <Problem problem={problem} />
      {answer && (
        <>
          <Sheet
            title="Notifications"
            columns={["Rule", "Raised at"]}
            rows={answer.now.rules.map(({ rule, when }) => ({ key: rule, cells: [alertWords[rule].title, when ?? "off"] }))}
            note={`${webhookWords(answer.now, answer.alerts)} A rule that still holds tells again after ${answer.now.repeatMinutes} min.`}
          />
          <p className="soft">
            Set under <code>alerts</code> in muster.yaml. <a href={alertsHref}>See the alerts</a>
          </p>
        </>
      )}
    </section>
  );
}

function webhookWords({ webhook, waiting }: { webhook: boolean; waiting: number }, alerts: readonly Alert[]): string {
  if (!webhook) return "No webhook is set up: alerts are shown here only.";
  const failing = alerts.find(({ delivery, error }) => delivery === "waiting" && error !== undefined);
  const givenUp = alerts.filter(({ delivery }) => delivery === "given-up").length;
  return [
    waiting === 0 ? "The webhook has taken every alert." : `${waiting} wait for the webhook to take them.`,
    failing?.error !== undefined && `The last try failed: ${failing.error}.`,
    givenUp > 0 && `${givenUp} were given up.`,
  ]
    .filter(Boolean)
    .join(" ");
}
