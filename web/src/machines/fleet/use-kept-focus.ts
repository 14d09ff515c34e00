/**
 * When a machine moves to another place of the page, it gets a new card or a new row. The focus moves from the old element
 * to the new element.
 */
import { type FocusEvent, useLayoutEffect, useRef } from "react";

export function useKeptFocus(): (event: FocusEvent) => void {
  const last = useRef<HTMLElement>(undefined);
  useLayoutEffect(() => {
    if (!last.current || last.current.isConnected) return;
    const name = last.current.dataset.node ?? "";
    last.current = undefined;
    // If the user has moved the focus in the meantime, the focus does not change.
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-node="${CSS.escape(name)}"] :is(h3 a, .row-name)`)?.focus({ preventScroll: true });
  });
  return ({ target }) => {
    last.current = target.closest<HTMLElement>("[data-node]") ?? undefined;
  };
}
