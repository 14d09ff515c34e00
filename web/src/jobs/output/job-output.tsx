/**
 * Shows the live output of a job. The display follows new lines until the user scrolls up. The user can search the output
 * and jump to the first failure.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { JobLog } from "../../live/output/job-log.ts";
import { chapterOf, fold } from "./folding.ts";
import { LogBox, rowPx } from "./log-box.tsx";
import { MOST_FOUND } from "./search.ts";
import { useSearch } from "./use-search.ts";

/** `start` is the first line to show. The view waits until this line has arrived. */
export function JobOutputView({ log, start }: { log: JobLog; start: number | undefined }) {
  const box = useRef<HTMLElement>(null);
  const [following, setFollowing] = useState(true);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [text, setText] = useState("");
  const [current, setCurrent] = useState<number>();
  const search = useSearch(log, text);
  const folding = fold(log.dropped, log.length, log.chapters, folded);

  const goTo = (line: number) => {
    const chapter = chapterOf(log.chapters, line);
    const open = new Set(folded);
    if (chapter && chapter.line !== line) open.delete(chapter.line);
    setFolded(open);
    setFollowing(false);
    setCurrent(line);
    const row = fold(log.dropped, log.length, log.chapters, open).rowOf(line);
    const scroll = () => {
      if (box.current) box.current.scrollTop = Math.max(0, row * rowPx(open) - box.current.clientHeight / 3);
    };
    // A chapter must be unfolded before the page scrolls to a line in it.
    requestAnimationFrame(scroll);
  };
  const there = start !== undefined && start < log.length - 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each requested line
  useEffect(() => {
    if (there) goTo(start);
  }, [start, there]);
  const step = (by: 1 | -1) => {
    const { found } = search;
    const here = found.findIndex((line) => line >= (current ?? -1));
    const at = here === -1 ? found.length : here;
    const onIt = found[at] === current;
    const to = by === 1 ? (onIt ? at + 1 : at) : at - 1;
    const line = found[(to + found.length) % found.length];
    if (line !== undefined) goTo(line);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  };
  const toggle = (line: number) =>
    setFolded((was) => {
      const next = new Set(was);
      if (!next.delete(line)) next.add(line);
      return next;
    });
  const { firstFailure } = log;
  const place = current === undefined ? 0 : search.found.indexOf(current) + 1;
  return (
    <div className="output">
      <div className="output-head">
        <h2 className="section-title">Output</h2>
        <span className="soft">{log.end ? "complete" : "live"}</span>
        <input
          type="search"
          className="output-search"
          aria-label="Search the output"
          placeholder="Search (Enter for the next match)"
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKeyDown}
        />
        <span className="soft number" role="status">
          {text !== "" && `${place > 0 ? `${place} of ` : ""}${search.found.length}${search.found.length >= MOST_FOUND ? "+" : ""} lines`}
        </span>
        {firstFailure !== undefined && (
          <button type="button" className="danger" onClick={() => goTo(firstFailure)}>
            First failure
          </button>
        )}
        {log.chapters.length > 0 && (
          <button type="button" onClick={() => setFolded(folded.size > 0 ? new Set() : new Set(log.chapters.map(({ line }) => line)))}>
            {folded.size > 0 ? "Unfold all" : "Fold tasks"}
          </button>
        )}
        {!following && (
          <button type="button" onClick={() => setFollowing(true)}>
            Follow
          </button>
        )}
      </div>
      <LogBox
        box={box}
        log={log}
        folding={folding}
        folded={folded}
        onFold={toggle}
        current={current}
        following={following}
        onFollowing={setFollowing}
      />
    </div>
  );
}
