/** Shows a button that copies a text to the clipboard. */
import { useState } from "react";

/** If the text is too long for the label of the button, `what` replaces the text in the label. */
export function Copy({ text, what }: { text: string | (() => string); what?: string }) {
  const [said, setSaid] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setSaid("Copied");
    } catch {
      // Browsers allow access to the clipboard only over https and on localhost.
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
