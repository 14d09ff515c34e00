/** Returns the visible toasts. Toasts disappear by themselves, except while the pointer or the focus is on a toast. */
import { useEffect, useState } from "react";
import type { NewsItem } from "../live/news.ts";
import { aged, cleared, dismissed, noToasts, type Toasts, taken } from "./toasts.ts";

const TICK_MS = 1000;

export function useToasts(items: readonly NewsItem[]) {
  const [toasts, setToasts] = useState<Toasts>(noToasts);
  const [held, setHeld] = useState(false);
  const none = toasts.shown.length === 0;
  useEffect(() => setToasts((was) => taken(was, items)), [items]);
  useEffect(() => {
    if (held || none) return;
    const timer = setInterval(() => setToasts(aged), TICK_MS);
    return () => clearInterval(timer);
  }, [held, none]);
  // The toast that had the pointer or the focus has disappeared, so the time of later toasts runs again.
  useEffect(() => {
    if (none) setHeld(false);
  }, [none]);
  return {
    toasts,
    hold: setHeld,
    dismiss: (seq: number) => setToasts((was) => dismissed(was, seq)),
    clear: () => setToasts(cleared),
  };
}
