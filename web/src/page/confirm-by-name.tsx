/** Asks for the machine's name, typed, before it is erased or given up: a wrong row is a lost disk. */
import { type SyntheticEvent, useEffect, useId, useRef, useState } from "react";
import type { Node, Profile } from "../../../daemon/contract/node.ts";

interface Props {
  action: "arm" | "retire";
  node: Node;
  onCancel: () => void;
  onConfirm: (typed: string, profile: Profile | undefined) => void;
}

export function ConfirmByName({ action, node, onCancel, onConfirm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [typed, setTyped] = useState("");
  const [profile, setProfile] = useState<Profile>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (typed === node.name) onConfirm(typed, profile);
  };
  return (
    <dialog ref={dialog} onClose={onCancel} aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>{action === "arm" ? `Arm ${node.name}` : `Retire ${node.name}`}</h2>
        <p id={`${id}-text`}>
          {action === "arm" ? <ArmText node={node} /> : "It leaves the fleet and the inventory. Its disk is left as it is."}
        </p>
        {action === "arm" && (
          <>
            <label htmlFor={`${id}-profile`}>Install by</label>
            <select
              id={`${id}-profile`}
              value={profile ?? ""}
              onChange={({ target }) => setProfile(profiles.find(({ value }) => value === target.value)?.value)}
            >
              <option value="">the daemon's default</option>
              {profiles.map(({ value, text }) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </>
        )}
        <label htmlFor={`${id}-name`}>
          Type <strong className="mono">{node.name}</strong> to go on
        </label>
        <input
          id={`${id}-name`}
          ref={field}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <div className="dialog-foot">
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="danger solid" disabled={typed !== node.name}>
            {action === "arm" ? "Arm: erase the disk" : "Retire"}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function ArmText({ node }: { node: Node }) {
  return (
    <>
      The next network boot of <span className="mono">{node.macs[0]}</span>{" "}
      <strong>overwrites {node.disk ?? "its first fixed disk"}</strong> and installs it anew. It happens once, and the arming lapses by
      itself.
    </>
  );
}

const profiles: { value: Profile; text: string }[] = [
  { value: "preseed", text: "preseed: the Debian installer" },
  { value: "image", text: "image: a prebuilt root" },
];
