/** Shows the alert rules and the state of the webhook. */
import type { Alert } from "../../../daemon/contract/admin/alert.ts";
import { Problem } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { alertsHref } from "../parts/route.ts";
import { Sheet } from "../parts/sheet.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { alertWords } from "./alert-words.ts";

/** The maximum number of alerts that the API returns. */
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
            columns={["Rule", "Threshold"]}
            rows={answer.now.rules.map(({ rule, when }) => ({ key: rule, cells: [alertWords[rule].title, when ?? "off"] }))}
            note={`${webhookWords(answer.now, answer.alerts)} A rule that still holds raises another alert after ${answer.now.repeatMinutes} min.`}
          />
          <p className="soft">
            Configured under <code>admin.alerts</code> in muster.yaml. <a href={alertsHref}>Show the alerts</a>
          </p>
        </>
      )}
    </section>
  );
}

function webhookWords({ webhook, waiting }: { webhook: boolean; waiting: number }, alerts: readonly Alert[]): string {
  if (!webhook) return "No webhook is configured, so alerts appear only on this page.";
  const failing = alerts.find(({ delivery, error }) => delivery === "waiting" && error !== undefined);
  const givenUp = alerts.filter(({ delivery }) => delivery === "given-up").length;
  return [
    waiting === 0 ? "The webhook has received every alert." : `${waiting} not delivered yet.`,
    failing?.error !== undefined && `The last attempt failed: ${failing.error}.`,
    givenUp > 0 && `${givenUp} were never delivered.`,
  ]
    .filter(Boolean)
    .join(" ");
}
