/**
 * Draws only the visible lines of an output. Each line is one row high, and empty space replaces the lines that are not
 * drawn.
 */
import { type ReactNode, type RefObject, useLayoutEffect, useState } from "react";
import { spansOf } from "../../live/output/ansi.ts";
import { atEnd, type JobLog, lineTone } from "../../live/output/job-log.ts";
import type { Folding } from "./folding.ts";

/**
 * Returns the height of a row in pixels, equal to the value in the style sheet. Folded headings are higher, so that a
 * finger can hit a single heading.
 */
export const rowPx = (folded: ReadonlySet<number>): number => (folded.size > 0 ? 24 : 19);
const MARGIN_ROWS = 20;
/** The maximum number of characters per line. Longer lines are cut, because even a line of a megabyte is one row. */
const LONGEST_SHOWN = 4000;

interface Props {
  box: RefObject<HTMLElement | null>;
  log: JobLog;
  folding: Folding;
  folded: ReadonlySet<number>;
  onFold: (line: number) => void;
  /** The line that the user searched for or jumped to. */
  current: number | undefined;
  following: boolean;
  onFollowing: (following: boolean) => void;
}

export function LogBox({ box, log, folding, folded, onFold, current, following, onFollowing }: Props) {
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  const { rows } = folding;
  const height = rowPx(folded);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const style = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(style);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows must trigger the scrolling
  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [box, rows, following]);

  const first = Math.max(0, Math.min(Math.floor(seen.top / height) - MARGIN_ROWS, rows));
  const last = Math.min(rows, Math.ceil((seen.top + seen.height) / height) + MARGIN_ROWS);
  const numbers = Array.from({ length: Math.max(0, last - first) }, (_, index) => folding.lineAt(first + index));
  const [from = 0, to = 0] = [numbers[0], numbers.at(-1)];
  const headings = new Map(log.chapters.filter(({ line }) => line >= from && line <= to).map((chapter) => [chapter.line, chapter]));
  return (
    <section
      ref={box}
      className={folded.size > 0 ? "log roomy" : "log"}
      aria-label="Output of the job"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        setSeen({ top: currentTarget.scrollTop, height: currentTarget.clientHeight });
        onFollowing(atEnd(currentTarget));
      }}
    >
      {log.dropped > 0 && first === 0 && <p className="log-line tone-quiet">… {log.dropped} earlier lines are not shown</p>}
      {log.empty && <p className="log-line tone-quiet">{log.end ? "It wrote nothing." : "Nothing yet."}</p>}
      <div className="log-sheet" style={{ height: rows * height }}>
        <div style={{ transform: `translateY(${first * height}px)` }}>
          {numbers.map((number) => {
            const heading = headings.get(number);
            return (
              <Line key={number} log={log} number={number} current={number === current} failed={heading?.failed ?? false}>
                {heading && (
                  <button
                    type="button"
                    className="fold"
                    aria-expanded={!folded.has(number)}
                    aria-label={`${folded.has(number) ? "Unfold" : "Fold"} line ${number + 1}`}
                    onClick={() => onFold(number)}
                  />
                )}
              </Line>
            );
          })}
        </div>
      </div>
    </section>
  );
}

interface LineProps {
  log: JobLog;
  number: number;
  current: boolean;
  failed: boolean;
  children: ReactNode;
}

function Line({ log, number, current, failed, children }: LineProps) {
  const { text, style } = log.line(number);
  const cut = text.length > LONGEST_SHOWN ? text.slice(0, LONGEST_SHOWN) : text;
  const spans = spansOf(cut, style);
  const tone = failed ? "bad" : lineTone(log.plain(number).slice(0, 80));
  return (
    <p className={`log-line line-${tone}${current ? " line-current" : ""}`} data-line={number + 1}>
      {children}
      <span>
        {spans.length === 1 && spans[0]?.className === ""
          ? spans[0].text
          : spans.map((span, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a line has no key other than its index
              <span key={index} className={span.className}>
                {span.text}
              </span>
            ))}
      </span>
      {cut.length < text.length && <em className="soft"> … {text.length - cut.length} more characters</em>}
    </p>
  );
}
