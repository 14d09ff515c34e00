/** Draws only those lines of the daemon's log that are visible on the screen. */
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { atEnd } from "../../live/output/job-log.ts";
import { exactTime } from "../../parts/time/relative-time.ts";
import { layoutOf, linesAt, topsOf } from "./log-rows.ts";
import { logPiecesOf, logWordsOf, sourceOf, timeOfDay } from "./log-text.ts";

/** The height of a row in pixels, equal to the value in the style sheet. */
const ROW_PX = 19;
const MARGIN_ROWS = 30;

interface Props {
  box: RefObject<HTMLElement | null>;
  lines: readonly LogLine[];
  wanted: string;
  following: boolean;
  onFollowing: (following: boolean) => void;
}

export function DaemonLogBox({ box, lines, wanted, following, onFollowing }: Props) {
  const ruler = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800, width: 1000, character: 7.5 });
  const layout = layoutOf(seen.width, seen.character);
  const { columns, heading } = layout;
  const tops = useMemo(() => topsOf(lines, { columns, heading }), [lines, columns, heading]);
  const rows = tops.at(-1) ?? 0;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () =>
      setSeen({
        top: element.scrollTop,
        height: element.clientHeight,
        width: ruler.current?.parentElement?.clientWidth ?? 1000,
        character: (ruler.current?.getBoundingClientRect().width ?? 750) / 100,
      });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines and changed heights must trigger the scrolling
  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [box, lines, tops, following]);

  const topRow = seen.top / ROW_PX;
  const { first, end } = linesAt(tops, topRow - MARGIN_ROWS, topRow + seen.height / ROW_PX + MARGIN_ROWS);
  return (
    <section
      ref={box}
      className={heading === 1 ? "journal narrow" : "journal"}
      aria-label="Log of the daemon"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        setSeen((was) => ({ ...was, top: currentTarget.scrollTop, height: currentTarget.clientHeight }));
        onFollowing(atEnd(currentTarget));
      }}
    >
      <div className="journal-sheet" style={{ height: rows * ROW_PX }}>
        <span ref={ruler} className="journal-ruler" aria-hidden="true">
          {"0".repeat(100)}
        </span>
        <ol style={{ transform: `translateY(${(tops[first] ?? 0) * ROW_PX}px)` }}>
          {lines.slice(first, end).map((line) => (
            <Line key={line.seq} line={line} wanted={wanted} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Line({ line, wanted }: { line: LogLine; wanted: string }) {
  const { at, level, seq } = line;
  return (
    <li className={`journal-line level-${level}`} data-seq={seq}>
      <time dateTime={at} title={exactTime(at)}>
        {timeOfDay(at)}
      </time>
      <span className="journal-level">{level}</span>
      <span className="journal-source" title={sourceOf(line)}>
        {sourceOf(line)}
      </span>
      <span className="journal-words">
        {logPiecesOf(logWordsOf(line), wanted).map(({ text, found }, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a line has no key other than its index
          found ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
        )}
      </span>
    </li>
  );
}
