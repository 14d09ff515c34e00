/**
 * Shows the navigation of a narrow screen: a button that opens a modal drawer. The browser keeps the focus inside the
 * drawer and closes the drawer on Escape.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import type { PageRoute } from "../../parts/route.ts";
import { PageLinks } from "./page-links.tsx";
import { announcementOf, type Counts } from "./use-counts.ts";

/** The style sheet shows the sidebar at this width and above. */
const WIDE = "(min-width: 821px)";

interface Props {
  shown: PageRoute["page"];
  counts: Counts;
}

export function MenuButton({ shown, counts }: Props) {
  const [open, setOpen] = useState(false);
  const announcement = announcementOf(counts);
  return (
    <>
      <button type="button" className="quiet menu-open" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}>
        <svg className="page-icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 6h16 M4 12h16 M4 18h16" />
        </svg>
        <span className="unseen">Menu {announcement}</span>
        {announcement !== "" && <span className="menu-mark" aria-hidden="true" />}
      </button>
      {open && <Drawer shown={shown} counts={counts} onClosed={() => setOpen(false)} />}
    </>
  );
}

function Drawer({ shown, counts, onClosed }: Props & { onClosed: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useCallback(() => dialog.current?.close(), []);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("[aria-current]")?.focus();
    const wide = matchMedia(WIDE);
    wide.addEventListener("change", close);
    return () => wide.removeEventListener("change", close);
  }, [close]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click outside closes the drawer, as Escape does
    <dialog
      ref={dialog}
      className="drawer"
      aria-label="Menu"
      onClose={onClosed}
      onClick={({ target, currentTarget }) => target === currentTarget && close()}
    >
      <nav className="drawer-content" aria-label="Pages">
        <div className="drawer-head">
          <span className="brand">
            <img src="/muster.svg" alt="" width="24" height="24" />
            Muster
          </span>
          <button type="button" className="quiet" aria-label="Close the menu" onClick={close}>
            ×
          </button>
        </div>
        <PageLinks shown={shown} counts={counts} onNavigate={close} />
      </nav>
    </dialog>
  );
}
