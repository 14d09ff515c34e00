/** Shows one event of a timeline. The texts of an event come from machines and are never shown as markup. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { eventTone } from "../../parts/event-tone.ts";
import { jobHref, nodeHref } from "../../parts/route.ts";
import { Untrusted } from "../../parts/text/untrusted.tsx";
import { Ago } from "../../parts/time/ago.tsx";
import type { Entry } from "./timeline.ts";

/** The caller sets `node` in lists that contain events of several machines. */
export function EventLine({ entry: { event, times }, node, detail = false }: { entry: Entry; node?: Node | undefined; detail?: boolean }) {
  return (
    <li className={`event tone-${eventTone(event)}`} data-seq={event.seq}>
      <p className="event-head">
        {node && (
          <a className="event-node" href={nodeHref(node.name)}>
            {node.name}
          </a>
        )}
        <span className="event-type mono">{event.type}</span>
        {times > 1 && <span className="count" title={`${times} times in a row`}>{`×${times}`}</span>}
        <Ago at={event.at} />
      </p>
      <p className="event-summary">
        <Untrusted text={event.summary} />
        {event.jobId !== undefined && (
          <>
            {" · "}
            <a href={jobHref(event.jobId)}>output</a>
          </>
        )}
      </p>
      {detail && event.detail !== undefined && (
        <details>
          <summary>Details from {event.source}</summary>
          <pre>
            <Untrusted text={JSON.stringify(event.detail, null, 2)} />
          </pre>
        </details>
      )}
    </li>
  );
}
