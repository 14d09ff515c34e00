/** A button that copies a text to the clipboard. */
import { useState } from "react";

/** `what` describes a text that is too long for the label. */
export function Copy({ text, what }: { text: string | (() => string); what?: string }) {
  const [said, setSaid] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setSaid("Copied");
    } catch {
      // Browsers allow access to the clipboard over https and on localhost only.
      setSaid("The browser refuses, select the text instead");
    }
    setTimeout(() => setSaid("Copy"), 2000);
  };
  return (
    <button type="button" className="quiet copy" aria-label={`Copy ${what ?? text}`} onClick={() => void copy()}>
      {said}
    </button>
  );
}
