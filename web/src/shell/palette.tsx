/** Shows the command palette. Ctrl+K opens the palette, a few letters find an entry, and Enter opens the entry. */
import { type KeyboardEvent, useId, useState } from "react";
import { Modal } from "../parts/dialogs/modal.tsx";
import { useView } from "../parts/page-context.ts";
import { findEntries } from "./palette-search.ts";

export function Palette({ onClose }: { onClose: () => void }) {
  const { fleet } = useView();
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = findEntries(text, fleet.nodes.values(), fleet.jobs.values());
  const chosen = Math.min(at, found.length - 1);

  const go = (href: string) => {
    location.hash = href;
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const entry = found[chosen];
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter" && entry) go(entry.href);
    else return;
    event.preventDefault();
  };
  return (
    <Modal title="Go to" kind="palette" onClose={onClose}>
      <input
        data-first
        role="combobox"
        aria-label="Go to a machine, a job or a page"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[chosen] && `${id}-${chosen}`}
        placeholder="Machine, MAC, address, job, page"
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Results" className="palette-list">
        {found.map(({ key, title, detail, href }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field handles the keyboard
          <div
            key={key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onMouseMove={() => setAt(index)}
            onClick={() => go(href)}
          >
            <span className="palette-title">{title}</span> <span className="soft">{detail}</span>
          </div>
        ))}
      </div>
      <p className="soft" role="status">
        {found.length === 0 ? "No match." : "Enter opens, Escape closes."}
      </p>
    </Modal>
  );
}
