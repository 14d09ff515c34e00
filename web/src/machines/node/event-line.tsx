/** Shows one event of a timeline. The texts of an event come from machines and are never shown as markup. */
import { memo } from "react";
import type { Event } from "../../../../daemon/contract/event.ts";
import { eventTone } from "../../parts/event-tone.ts";
import { jobHref, nodeHref } from "../../parts/route.ts";
import { Untrusted } from "../../parts/text/untrusted.tsx";
import { Ago } from "../../parts/time/ago.tsx";

interface Props {
  event: Event;
  /** The number of times that the event occurred in a row. */
  times: number;
  /** The caller sets the name in lists that contain events of several machines. */
  nodeName?: string | undefined;
  detail?: boolean;
}

/** A list of events grows at its top, so React renders only the new lines. */
export const EventLine = memo(function EventLine({ event, times, nodeName, detail = false }: Props) {
  return (
    <li className={`event tone-${eventTone(event)}`} data-seq={event.seq}>
      <p className="event-head">
        {nodeName !== undefined && (
          <a className="event-node" href={nodeHref(nodeName)}>
            {nodeName}
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
});
