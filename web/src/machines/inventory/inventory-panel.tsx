/** Shows the groups and variables of a machine in the Ansible inventory, with the controls to change them. */
import { type SyntheticEvent, useState } from "react";
import type { VariableValue } from "../../../../daemon/contract/machines/inventory.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage } from "../../parts/page-context.ts";
import { membershipsOf, nowhere } from "./membership.ts";
import { useInventory } from "./use-inventory.ts";
import { valueFrom } from "./variable.ts";

export function InventoryPanel({ name }: { name: string }) {
  const { client } = usePage();
  const { inventory, refresh, refusal } = useInventory();
  const { attempt, busy, problem } = useAttempt();
  const { role, groups } = (inventory && membershipsOf(inventory).get(name)) ?? nowhere;
  const variables = Object.entries(inventory?.hosts[name] ?? {});
  const change = (ask: () => Promise<unknown>) =>
    attempt(async () => {
      await ask();
      refresh();
    });
  return (
    <section aria-labelledby="inventory-title">
      <h2 className="section-title" id="inventory-title">
        Inventory
      </h2>
      {refusal !== undefined && <p className="soft">{refusal}</p>}
      <div className="panel">
        {inventory && (
          <>
            <p>
              {role ? `Role: ${role}` : "No role: it has not called home yet"}
              {groups.length > 0 && ", groups: "}
              {groups.map((group) => (
                <span key={group} className="chip">
                  {group}
                  <ActionButton
                    className="quiet"
                    busy={busy}
                    aria-label={`Remove ${name} from ${group}`}
                    onClick={() => void change(() => client.leaveGroup({ group, node: name }))}
                  >
                    ×
                  </ActionButton>
                </span>
              ))}
            </p>
            <dl className="variables">
              {variables.map(([key, value]) => (
                <div key={key}>
                  <dt className="mono">{key}</dt>
                  <dd className="mono">
                    {typeof value === "string" ? value : JSON.stringify(value)}
                    <ActionButton
                      className="quiet"
                      busy={busy}
                      aria-label={`Remove the variable ${key}`}
                      onClick={() => void change(() => client.unsetVariable({ node: name, key }))}
                    >
                      ×
                    </ActionButton>
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )}
        <OneField
          label="Join a group"
          word="Join"
          busy={busy}
          onSubmit={(group) => change(() => client.joinGroup({ group, node: name }))}
        />
        <VariableForm busy={busy} onSubmit={(key, value) => change(() => client.setVariable({ node: name, key, value }))} />
        <Problem problem={problem} />
      </div>
    </section>
  );
}

function OneField({ label, word, busy, onSubmit }: { label: string; word: string; busy: boolean; onSubmit: (text: string) => unknown }) {
  const [text, setText] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void onSubmit(text.trim());
    setText("");
  };
  return (
    <form className="line-form" onSubmit={submit}>
      <input
        aria-label={label}
        placeholder={label}
        required
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <ActionButton type="submit" busy={busy}>
        {word}
      </ActionButton>
    </form>
  );
}

function VariableForm({ busy, onSubmit }: { busy: boolean; onSubmit: (key: string, value: VariableValue) => unknown }) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void onSubmit(key.trim(), valueFrom(value));
    setKey("");
    setValue("");
  };
  return (
    <form className="line-form" onSubmit={submit}>
      <input
        aria-label="Variable"
        placeholder="variable"
        required
        spellCheck={false}
        value={key}
        onChange={({ target }) => setKey(target.value)}
      />
      <input
        aria-label="Value of the variable"
        placeholder="value: 3, true, text"
        required
        spellCheck={false}
        value={value}
        onChange={({ target }) => setValue(target.value)}
      />
      <ActionButton type="submit" busy={busy}>
        Set
      </ActionButton>
    </form>
  );
}
