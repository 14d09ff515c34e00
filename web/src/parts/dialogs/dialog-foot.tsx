/** The way out of a dialog, and the way on beside it. */
import type { ReactNode } from "react";

/** `first`: the way out has the focus when the dialog opens. */
export function DialogFoot({
  onClose,
  word = "Cancel",
  first,
  children,
}: {
  onClose: () => void;
  word?: "Cancel" | "Close";
  first?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className="dialog-foot">
      <button type="button" data-first={first} onClick={onClose}>
        {word}
      </button>
      {children}
    </div>
  );
}
