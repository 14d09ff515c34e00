/** Computes the visible toasts and their remaining time. Pure. */
import type { NewsItem } from "../live/news.ts";

const MOST = 3;
const TICKS = 8;

export interface Toast {
  item: NewsItem;
  ticksLeft: number;
}

export interface Toasts {
  /** Oldest first. */
  shown: readonly Toast[];
  /** The number of toasts that did not fit into the corner. The count starts again at 0 when the corner is empty. */
  more: number;
  /** News up to this sequence number have already been shown. */
  upTo: number;
}

export const noToasts: Toasts = { shown: [], more: 0, upTo: 0 };

/** `newestFirst` contains all news. */
export function taken(was: Toasts, newestFirst: readonly NewsItem[]): Toasts {
  const fresh = newestFirst.filter(({ seq }) => seq > was.upTo).toReversed();
  if (fresh.length === 0) return was;
  const all = [...was.shown, ...fresh.filter(({ replayed }) => !replayed).map((item) => ({ item, ticksLeft: TICKS }))];
  const shown = all.slice(-MOST);
  return { shown, more: was.more + all.length - shown.length, upTo: fresh.at(-1)?.seq ?? was.upTo };
}

export const aged = (was: Toasts): Toasts =>
  kept(
    was,
    was.shown.map(({ item, ticksLeft }) => ({ item, ticksLeft: ticksLeft - 1 })).filter(({ ticksLeft }) => ticksLeft > 0),
  );

export const dismissed = (was: Toasts, seq: number): Toasts =>
  kept(
    was,
    was.shown.filter(({ item }) => item.seq !== seq),
  );

export const cleared = (was: Toasts): Toasts => kept(was, []);

const kept = ({ more, upTo }: Toasts, shown: readonly Toast[]): Toasts => ({ shown, more: shown.length === 0 ? 0 : more, upTo });
