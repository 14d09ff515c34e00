/** The buttons at the end of a dialog: cancel, and the given ones. */
import type { ReactNode } from "react";

/** `first`: the cancel button has the focus when the dialog opens. */
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
