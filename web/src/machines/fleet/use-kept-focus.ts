/** A machine that changes section gets a new card: whoever had the keyboard on the old one goes on from the new one. */
import { type FocusEvent, useLayoutEffect, useRef } from "react";

export function useKeptFocus(): (event: FocusEvent) => void {
  const last = useRef<HTMLElement>(undefined);
  useLayoutEffect(() => {
    if (!last.current || last.current.isConnected) return;
    const name = last.current.dataset.node ?? "";
    last.current = undefined;
    // Somebody who has moved on meanwhile is left where they are.
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-node="${CSS.escape(name)}"] h3 a`)?.focus({ preventScroll: true });
  });
  return ({ target }) => {
    last.current = target.closest<HTMLElement>("[data-node]") ?? undefined;
  };
}
