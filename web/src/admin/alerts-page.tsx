/** Shows the alerts of the last hour with advice for each, and the older alerts. */
import type { Alert } from "../../../daemon/contract/admin/alert.ts";
import { ActionButton } from "../parts/action-button.tsx";
import { Problem } from "../parts/attempt.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import { nodeHref, runbookHref } from "../parts/route.ts";
import { Sheet } from "../parts/sheet.tsx";
import { Copy } from "../parts/text/copy.tsx";
import { Hint } from "../parts/text/hint.tsx";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { alertWords, deliveryWords, isFiring, nodesIn } from "./alert-words.ts";
import { useAlerts } from "./use-alerts.ts";

export function AlertsPage() {
  const { clock } = usePage();
  const { alerts, problem } = useAlerts();
  if (!alerts) return problem ? <Problem problem={problem} /> : <p className="asking">Loading the alerts…</p>;
  const firing = alerts.filter((alert) => isFiring(alert, clock.nowMs()));
  const before = alerts.filter((alert) => !firing.includes(alert));
  return (
    <article className="detail">
      <header className={`detail-head tone-${firing.length > 0 ? "bad" : "good"}`}>
        <h1>
          {firing.length > 0
            ? `${firing.length} ${firing.length === 1 ? "alert" : "alerts"} within the last hour`
            : "No alert within the last hour"}
        </h1>
        <p className="verdict-text soft">
          A rule that still holds after an hour raises another alert. Configure the rules and a webhook under <code>admin.alerts</code> in
          muster.yaml. <code>muster alerts</code> lists the same alerts.
        </p>
      </header>
      <Problem problem={problem} />
      {firing.length > 0 && (
        <ul className="alerts" aria-label="Now">
          {firing.map((alert) => (
            <Firing key={alert.id} alert={alert} />
          ))}
        </ul>
      )}
      <Sheet
        title="Earlier"
        count={before.length}
        columns={["Time", "Rule", "Summary", "Machine", "Delivery"]}
        rows={before.map((alert) => ({
          key: String(alert.id),
          cells: [
            <Ago key="when" at={alert.at} />,
            alertWords[alert.rule].title,
            <Untrusted key="what" text={alert.summary} />,
            <Machines key="machine" alert={alert} />,
            deliveryWords(alert),
          ],
        }))}
        {...(before.length === 0 && { note: "None." })}
      />
    </article>
  );
}

function Firing({ alert }: { alert: Alert }) {
  const { title, fix } = alertWords[alert.rule];
  return (
    <li className="panel alert tone-bad" data-alert={alert.id}>
      <h2>
        {title} <Ago at={alert.at} />
      </h2>
      <p>
        <Untrusted text={alert.summary} />
      </p>
      <p>
        <Machines alert={alert} />
      </p>
      <p>
        <strong>What to do:</strong> <Hint text={fix} />
      </p>
      <MatchingRunbooks alert={alert} />
      <p className="soft">{deliveryWords(alert)}</p>
    </li>
  );
}

/** The best match has a button. The button opens the proposal, and the user sends it. */
function MatchingRunbooks({ alert: { id, nodes, runbooks } }: { alert: Alert }) {
  const [best, ...others] = runbooks;
  if (best === undefined) return null;
  const hrefOf = (name: string) => runbookHref(name, { nodes, reason: `alert ${id}` });
  return (
    <div className="actions">
      <p>
        <strong>Runbook:</strong> <a href={hrefOf(best.name)}>{best.name}</a>. <Hint text={best.description} />
      </p>
      <ActionButton
        onClick={() => {
          location.hash = hrefOf(best.name);
        }}
      >
        Propose {best.name}
      </ActionButton>
      <span>
        <code>{best.command}</code> <Copy text={best.command} />
      </span>
      {others.length > 0 && (
        <p className="soft">
          Other matches:{" "}
          {others.map(({ name }) => (
            <a key={name} className="machine-link" href={hrefOf(name)}>
              {name}
            </a>
          ))}
        </p>
      )}
    </div>
  );
}

function Machines({ alert }: { alert: Alert }) {
  const { fleet } = useView();
  return nodesIn(alert, fleet.nodes.values()).map((name) => (
    <a key={name} className="machine-link" href={nodeHref(name)}>
      {name}
    </a>
  ));
}
