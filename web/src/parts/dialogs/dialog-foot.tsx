/** Shows the buttons at the end of a dialog: cancel, and the buttons that the caller supplies. */
import type { ReactNode } from "react";

/** If `first` is true, the cancel button has the focus when the dialog opens. */
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
