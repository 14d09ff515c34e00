/** Shows the form to add a rack or a room, or to change its size. */
import { type SyntheticEvent, useState } from "react";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage } from "../../parts/page-context.ts";

export function RackForm({ onSaved }: { onSaved: () => Promise<void> }) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<"rack" | "room">("rack");
  const [rows, setRows] = useState(42);
  const [columns, setColumns] = useState(6);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void attempt(async () => {
      await client.saveRack({ name: name.trim(), kind, rows, columns: kind === "rack" ? 1 : columns });
      await onSaved();
      setName("");
    });
  };
  const number = (label: string, value: number, most: number, set: (value: number) => void) => (
    <label>
      {label} <input type="number" min={1} max={most} required value={value} onChange={({ target }) => set(target.valueAsNumber)} />
    </label>
  );
  return (
    <form className="rack-form" onSubmit={submit}>
      <label>
        Name <input required maxLength={40} spellCheck={false} value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      <label>
        Kind{" "}
        <select value={kind} onChange={({ target }) => setKind(target.value === "room" ? "room" : "rack")}>
          <option value="rack">rack</option>
          <option value="room">room</option>
        </select>
      </label>
      {number(kind === "rack" ? "Units" : "Rows", rows, 60, setRows)}
      {kind === "room" && number("Columns", columns, 24, setColumns)}
      <ActionButton type="submit" busy={busy}>
        Add
      </ActionButton>
      <Problem problem={problem} />
    </form>
  );
}
