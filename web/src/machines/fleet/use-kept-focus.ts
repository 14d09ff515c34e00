/** A machine that changes its section gets a new card. The focus moves from the old card to the new one. */
import { type FocusEvent, useLayoutEffect, useRef } from "react";

export function useKeptFocus(): (event: FocusEvent) => void {
  const last = useRef<HTMLElement>(undefined);
  useLayoutEffect(() => {
    if (!last.current || last.current.isConnected) return;
    const name = last.current.dataset.node ?? "";
    last.current = undefined;
    // If the user has moved the focus meanwhile, it stays there.
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-node="${CSS.escape(name)}"] h3 a`)?.focus({ preventScroll: true });
  });
  return ({ target }) => {
    last.current = target.closest<HTMLElement>("[data-node]") ?? undefined;
  };
}
