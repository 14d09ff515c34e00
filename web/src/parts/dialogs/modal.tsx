/** Shows a modal dialog. Escape closes the dialog, and the focus starts at the element with `data-first`. */
import { type ReactNode, useEffect, useId, useRef } from "react";

export function Modal({
  title,
  kind,
  onClose,
  children,
}: {
  title: string;
  kind?: "wide" | "palette";
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("[data-first]")?.focus();
  }, []);
  return (
    <dialog ref={dialog} className={kind} onClose={onClose} aria-labelledby={id}>
      <h2 id={id} className={kind === "palette" ? "unseen" : undefined}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
