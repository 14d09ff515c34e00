/** Opens the command palette and the list of shortcuts by key or by button. */
import { useEffect, useState } from "react";
import { KeyHelp } from "./key-help.tsx";
import { Palette } from "./palette.tsx";

export function Shortcuts() {
  const [open, setOpen] = useState<"palette" | "keys">();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const wanted = event.key.toLowerCase() === "k" ? "palette" : event.key === "/" ? "keys" : undefined;
      // Only one dialog is open at a time, so that no dialog covers a confirmation.
      if (!wanted || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      setOpen(wanted);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  const close = () => setOpen(undefined);
  return (
    <span className="shortcuts">
      <button type="button" className="go-to" aria-keyshortcuts="Control+K" title="Ctrl K" onClick={() => setOpen("palette")}>
        Go to…
      </button>
      <button
        type="button"
        className="quiet key-help"
        aria-label="Keys"
        aria-keyshortcuts="Control+/"
        title="Keys: Ctrl /"
        onClick={() => setOpen("keys")}
      >
        ?
      </button>
      {open === "palette" && <Palette onClose={close} />}
      {open === "keys" && <KeyHelp onClose={close} />}
    </span>
  );
}
