/** Shows the installation of a machine as bars on a time line, each with the median of comparable machines. */
import { useEffect, useMemo, useState } from "react";
import type { Event } from "../../../../daemon/contract/event.ts";
import { journeyOf, peerMedians } from "../../parts/journey.ts";
import { usePage, useView } from "../../parts/page-context.ts";
import { lengthOf } from "../../parts/time/relative-time.ts";

/**
 * The maximum number of events that the API returns. Older events are not needed, because older installations are not
 * comparable.
 */
const PEER_EVENTS = 5000;

export function JourneyPicture({ nodeId, events }: { nodeId: string; events: readonly Event[] }) {
  const { client, clock, live } = usePage();
  const { connection } = useView();
  const [all, setAll] = useState<readonly Event[]>([]);
  const journey = useMemo(() => journeyOf(events), [events]);
  const { medians, peers } = useMemo(() => peerMedians(all, nodeId), [all, nodeId]);
  const wanted = journey !== undefined && connection.kind === "live";
  useEffect(() => {
    if (!wanted) return;
    const since = Math.max(0, live.view().fleet.seq - PEER_EVENTS);
    // The picture also works without data of comparable machines.
    client.listEvents({ since, limit: PEER_EVENTS }).then(setAll, () => setAll([]));
  }, [client, live, wanted]);
  if (!journey) return null;

  const { steps, outcome } = journey;
  const from = steps[0]?.fromMs ?? 0;
  const to = Math.max(steps.at(-1)?.toMs ?? clock.nowMs(), from + 1);
  return (
    <section aria-labelledby="journey-title">
      <h2 className="section-title" id="journey-title">
        Where the time went <span className="count">{lengthOf(to - from)}</span>
      </h2>
      <table className={`journey outcome-${outcome.replace(" ", "-")}`}>
        <thead className="unseen">
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Time</th>
            <th scope="col">Duration</th>
            <th scope="col">Peers</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ name, fromMs, toMs }, index) => {
            const took = (toMs ?? to) - fromMs;
            const usual = medians.get(name);
            const slow = usual !== undefined && took > 2 * usual && took - usual > 10_000;
            const last = index === steps.length - 1;
            const tone = last && outcome === "failed" ? "bad" : slow ? "attention" : last && outcome === "under way" ? "working" : "idle";
            return (
              <tr key={`${name}-${fromMs}`} className={`tone-${tone}`}>
                <th scope="row">{name}</th>
                <td className="journey-line">
                  <span
                    className="journey-bar"
                    style={{ marginLeft: `${(100 * (fromMs - from)) / (to - from)}%`, width: `${(100 * took) / (to - from)}%` }}
                  />
                </td>
                <td className="number">{toMs === undefined ? `${lengthOf(took)} so far` : lengthOf(took)}</td>
                <td className="number soft" title={`the median of ${peers} other machines`}>
                  {usual === undefined ? "" : `peers ${lengthOf(usual)}${slow ? ": slow" : ""}`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
