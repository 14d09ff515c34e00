/** Shows the live log of the daemon's own processes, with filters, search, pause, clear and copy. */
import { type KeyboardEvent, useRef, useState } from "react";
import { usePage } from "../../parts/page-context.ts";
import { CliPanel } from "../../parts/text/cli-panel.tsx";
import { Copy } from "../../parts/text/copy.tsx";
import { useAddress } from "../../parts/use-address.ts";
import { DaemonLogBar } from "./daemon-log-bar.tsx";
import { DaemonLogBox } from "./daemon-log-box.tsx";
import { logCommand, logHash, parseLogQuery, shownLines, wholeLog } from "./log-query.ts";
import { plainText } from "./log-text.ts";
import { useDaemonLog } from "./use-daemon-log.ts";

export function DaemonLogPage() {
  const { refusal } = usePage();
  if (refusal === undefined) return <DaemonLogPane />;
  return (
    <section className="empty">
      <h1>The daemon's log requires the role operator</h1>
      <p>It names machines, people and files. {refusal}</p>
    </section>
  );
}

function DaemonLogPane() {
  const { epoch, lines, loaded } = useDaemonLog();
  const [query, change] = useAddress(parseLogQuery, logHash);
  const box = useRef<HTMLElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [following, setFollowing] = useState(true);
  const [paused, setPaused] = useState<Place>();
  const [cleared, setCleared] = useState<Place>();

  const last = lines.at(-1)?.seq ?? 0;
  const here = (place: Place | undefined) => (place?.epoch === epoch ? place.seq : undefined);
  const span = { after: here(cleared) ?? 0, upTo: here(paused) ?? Number.POSITIVE_INFINITY };
  const shown = shownLines(lines, query, span);
  const waiting = here(paused) === undefined ? 0 : shownLines(lines, query, { after: here(paused) ?? 0, upTo: last }).length;
  const hidden = here(cleared) === undefined ? 0 : shownLines(lines, query, { after: 0, upTo: here(cleared) ?? 0 }).length;

  const clear = () => {
    setCleared({ epoch, seq: last });
    setPaused(undefined);
    setFollowing(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const ctrl = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (ctrl && event.key.toLowerCase() === "k") clear();
    else if (event.key === "/" && event.target === box.current) search.current?.focus();
    else return;
    event.preventDefault();
    // Outside the log, Ctrl+K opens the command palette, so other handlers must not receive the event.
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: this element only handles the key events of its children
    <div className="detail daemon-log" onKeyDown={onKeyDown}>
      <DaemonLogBar lines={lines} query={query} onQuery={change} search={search}>
        <button type="button" onClick={() => setPaused(paused === undefined ? { epoch, seq: last } : undefined)}>
          {paused === undefined ? "Pause" : "Resume"}
        </button>
        <button type="button" aria-keyshortcuts="Control+K" title="Ctrl K while in the log" onClick={clear}>
          Clear
        </button>
        <Copy text={() => shown.map(plainText).join("\n")} what="the lines shown" />
      </DaemonLogBar>
      <div className="journal-foot soft" role="status">
        <span>
          {shown.length} {shown.length === 1 ? "line" : "lines"}
        </span>
        {paused !== undefined && (
          <strong>
            Paused. {waiting} new {waiting === 1 ? "line" : "lines"}.
          </strong>
        )}
        {hidden > 0 && (
          <span>
            {hidden} cleared.{" "}
            <button type="button" className="quiet" onClick={() => setCleared(undefined)}>
              Show them
            </button>
          </span>
        )}
        {(lines[0]?.seq ?? 1) > 1 && <span>The standard output of the daemon contains earlier log lines.</span>}
        {!following && (
          <button type="button" className="jump" onClick={() => setFollowing(true)}>
            Jump to the end
          </button>
        )}
      </div>
      {shown.length === 0 && <p className="soft">{nothing(loaded, lines.length > 0, hidden > 0)}</p>}
      {shown.length === 0 && hidden === 0 && lines.length > 0 && (
        <button type="button" onClick={() => change({ ...wholeLog, part: undefined })}>
          Show all lines
        </button>
      )}
      <DaemonLogBox box={box} lines={shown} wanted={query.text} following={following} onFollowing={setFollowing} />
      <CliPanel commands={[logCommand(query)]} />
    </div>
  );
}

/** Sequence numbers start again in each epoch (run of the daemon), so a number is valid only in its epoch. */
interface Place {
  epoch: string;
  seq: number;
}

function nothing(loaded: boolean, some: boolean, cleared: boolean): string {
  if (!loaded) return "Loading the log…";
  if (cleared) return "Cleared. New lines appear here.";
  return some ? "No line matches." : "The log is empty.";
}
