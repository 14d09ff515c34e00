/** Asks the operator to type the machine's name before an action that erases, retires or promotes it. */
import { type SyntheticEvent, useState } from "react";
import type { Node, Profile } from "../../../../daemon/contract/machines/node.ts";
import { DialogFoot } from "../../parts/dialogs/dialog-foot.tsx";
import { Modal } from "../../parts/dialogs/modal.tsx";
import { TypedWord } from "../../parts/dialogs/typed-word.tsx";
import type { NamedAction } from "./actions.ts";

export interface Confirmed {
  typed: string;
  profile: Profile | undefined;
  disks: "chosen" | "all";
  quick: boolean;
}

interface Props {
  action: NamedAction;
  node: Node;
  onCancel: () => void;
  onConfirm: (confirmed: Confirmed) => void;
}

const verb: Record<NamedAction, string> = { arm: "Arm", wipe: "Wipe", promote: "Promote", retire: "Retire" };
const button: Record<NamedAction, string> = {
  arm: "Arm: erase the disk",
  wipe: "Wipe: erase permanently",
  promote: "Promote",
  retire: "Retire",
};

export function ConfirmByName({ action, node, onCancel, onConfirm }: Props) {
  const [typed, setTyped] = useState("");
  const [profile, setProfile] = useState<Profile>();
  const [disks, setDisks] = useState<Confirmed["disks"]>("chosen");
  const [quick, setQuick] = useState(false);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (typed === node.name) onConfirm({ typed, profile, disks, quick });
  };
  return (
    <Modal title={`${verb[action]} ${node.name}`} onClose={onCancel}>
      <form onSubmit={submit}>
        <What action={action} node={node} />
        {action === "arm" && (
          <label>
            Install by
            <select
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
          </label>
        )}
        {action === "wipe" && (
          <>
            <label>
              Disks
              <select value={disks} onChange={({ target }) => setDisks(target.value === "all" ? "all" : "chosen")}>
                <option value="chosen">the installation disk</option>
                <option value="all">all fixed disks</option>
              </select>
            </label>
            <label className="tick">
              <input type="checkbox" checked={quick} onChange={({ target }) => setQuick(target.checked)} />
              Quick: erase only the beginning and the end of each disk, not suitable for secrets
            </label>
          </>
        )}
        <TypedWord word={node.name} value={typed} onChange={setTyped} />
        <DialogFoot onClose={onCancel}>
          <button type="submit" className={action === "promote" ? "primary" : "danger solid"} disabled={typed !== node.name}>
            {button[action]}
          </button>
        </DialogFoot>
      </form>
    </Modal>
  );
}

function What({ action, node }: { action: NamedAction; node: Node }) {
  const mac = <span className="mono">{node.macs[0]}</span>;
  switch (action) {
    case "arm":
      return (
        <p>
          The next network boot of {mac} <strong>overwrites {node.disk ?? "its first fixed disk"}</strong> and reinstalls it. It happens
          once, and the arming expires by itself.
        </p>
      );
    case "wipe":
      return (
        <p>
          The next network boot of {mac} <strong>erases its disks</strong> and installs nothing. It happens once. Until then you can cancel
          it.
        </p>
      );
    case "promote":
      return (
        <p>The machine becomes a controller in the inventory and is configured immediately. To undo the promotion, retire the machine.</p>
      );
    case "retire":
      return <p>The machine leaves the fleet and the inventory. The machine's disk is not changed.</p>;
  }
}

const profiles: { value: Profile; text: string }[] = [
  { value: "preseed", text: "preseed: the Debian installer" },
  { value: "image", text: "image: a prebuilt root" },
];
