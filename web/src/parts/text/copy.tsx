/** A button that copies a text to the clipboard. */
import { useState } from "react";

/** `what` names what is not said in one line. */
export function Copy({ text, what }: { text: string | (() => string); what?: string }) {
  const [said, setSaid] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setSaid("Copied");
    } catch {
      // Browsers give the clipboard to https and localhost only.
      setSaid("Select it by hand: the browser refuses");
    }
    setTimeout(() => setSaid("Copy"), 2000);
  };
  return (
    <button type="button" className="quiet copy" aria-label={`Copy ${what ?? text}`} onClick={() => void copy()}>
      {said}
    </button>
  );
}
