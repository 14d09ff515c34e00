/** Shows news as toasts in the corner, and the list of all news. */
import { useState } from "react";
import type { NewsItem } from "../live/news.ts";
import { DialogFoot } from "../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../parts/dialogs/modal.tsx";
import { eventTone } from "../parts/event-tone.ts";
import { useView } from "../parts/page-context.ts";
import { alertsHref, jobHref, nodeHref } from "../parts/route.ts";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { useToasts } from "./use-toasts.ts";

export function NewsCorner() {
  const { items } = useView().news;
  const { toasts, hold, dismiss, clear } = useToasts(items);
  const [open, setOpen] = useState(false);
  const [readTo, setReadTo] = useState(0);
  const unread = items.filter(({ seq }) => seq > readTo).length;
  const show = () => {
    setOpen(true);
    setReadTo(items[0]?.seq ?? readTo);
    clear();
  };
  const close = () => {
    setOpen(false);
    setReadTo(items[0]?.seq ?? readTo);
  };
  return (
    <>
      <button type="button" className="quiet news-open" title="Actions of other people, results, alerts" onClick={show}>
        News
        {unread > 0 && (
          <>
            {" "}
            <span className="count">{unread}</span> <span className="unseen">unread</span>
          </>
        )}
      </button>
      <section
        className="toasts"
        aria-label="News"
        onPointerEnter={() => hold(true)}
        onPointerLeave={() => hold(false)}
        onFocus={() => hold(true)}
        onBlur={() => hold(false)}
      >
        <ul aria-live="polite" aria-relevant="additions">
          {toasts.shown.map(({ item }) => (
            <li key={item.seq} className={`toast tone-${toneOf(item)}`} onKeyDown={({ key }) => key === "Escape" && dismiss(item.seq)}>
              <p>
                <NewsText item={item} /> <Ago at={item.at} />
              </p>
              <button type="button" className="quiet" aria-label={`Dismiss: ${item.text.slice(0, 80)}`} onClick={() => dismiss(item.seq)}>
                ×
              </button>
            </li>
          ))}
        </ul>
        {toasts.more > 0 && (
          <button type="button" onClick={show}>
            {toasts.more} more
          </button>
        )}
      </section>
      {open && <NewsList items={items} onClose={close} />}
    </>
  );
}

function NewsList({ items, onClose }: { items: readonly NewsItem[]; onClose: () => void }) {
  return (
    <Modal title="News" kind="wide" onClose={onClose}>
      {items.length === 0 ? (
        <p className="soft">No news since this page was opened. Alerts, results of jobs and actions of other people appear here.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        <ol className="events news-list" tabIndex={0} aria-label="Newest first">
          {items.map((item) => (
            <li key={item.seq} className={`event tone-${toneOf(item)}`}>
              <p className="event-summary">
                <NewsText item={item} onFollow={onClose} /> <Ago at={item.at} />
              </p>
            </li>
          ))}
        </ol>
      )}
      <DialogFoot onClose={onClose} word="Close" first />
    </Modal>
  );
}

/** The text of a news item comes from machines and people and is never shown as markup. */
function NewsText({ item: { text, about }, onFollow }: { item: NewsItem; onFollow?: () => void }) {
  const shown = <Untrusted text={text} />;
  if (!about) return shown;
  const href = "alert" in about ? alertsHref : "job" in about ? jobHref(about.job) : nodeHref(about.node);
  return (
    <a href={href} onClick={onFollow}>
      {shown}
    </a>
  );
}

const toneOf = ({ type }: NewsItem) => (type === "alert.raised" ? "bad" : type === "missed" ? "attention" : eventTone({ type }));
