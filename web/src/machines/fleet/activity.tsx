/** Shows the newest events of the whole fleet. */

import { useView } from "../../parts/page-context.ts";
import { EventLine } from "../node/event-line.tsx";
import { entriesOf } from "../node/timeline.ts";

const SHOWN = 40;

export function Activity() {
  const { fleet } = useView();
  const entries = entriesOf(fleet.activity.toReversed()).slice(0, SHOWN);
  return (
    <aside className="activity" aria-labelledby="activity-title">
      <h2 className="section-title" id="activity-title">
        Activity
      </h2>
      <ol className="events">
        {entries.map(({ event, times }) => (
          <EventLine key={event.seq} event={event} times={times} nodeName={fleet.nodes.get(event.nodeId ?? "")?.name} />
        ))}
      </ol>
      {entries.length === 0 && <p className="soft">No events yet.</p>}
    </aside>
  );
}
