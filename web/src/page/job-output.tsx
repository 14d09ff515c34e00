/** Output as it grows. Follows the end until somebody scrolls up to read, and again when they return to it. */
import { memo, useLayoutEffect, useRef, useState } from "react";
import { atEnd, type JobLog, lineTone } from "../job/job-log.ts";

export function JobOutput({ log }: { log: JobLog }) {
  const box = useRef<HTMLElement>(null);
  const [following, setFollowing] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are the reason to scroll
  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [log.lines, following]);
  const empty = log.lines.length === 1 && log.lines[0] === "";

  return (
    <div className="output">
      <div className="output-head">
        <h2 className="section-title">Output</h2>
        <span className="soft">{log.end ? "complete" : "live"}</span>
        {!following && (
          <button type="button" onClick={() => setFollowing(true)}>
            Follow the end
          </button>
        )}
      </div>
      <section
        ref={box}
        className="log"
        aria-label="Output of the job"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget }) => setFollowing(atEnd(currentTarget))}
      >
        {log.dropped > 0 && <p className="log-line tone-quiet">… {log.dropped} earlier lines are not shown</p>}
        {empty && <p className="log-line tone-quiet">{log.end ? "It wrote nothing." : "Nothing yet."}</p>}
        {log.lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number, which never changes
          <Line key={log.dropped + index} text={line} />
        ))}
      </section>
    </div>
  );
}

/** Only the last line ever changes. */
const Line = memo(function Line({ text }: { text: string }) {
  return <p className={`log-line line-${lineTone(text)}`}>{text}</p>;
});
