/** Shows the form field of one parameter of a runbook. */
import { useId } from "react";
import type { OfferedParameter } from "../../../../daemon/contract/changes/offer.ts";
import { hintOf } from "./runbook-query.ts";

interface Props {
  parameter: OfferedParameter;
  value: string | boolean | undefined;
  onChange: (value: string | boolean) => void;
}

export function RunbookParameter({ parameter, value, onChange }: Props) {
  const id = useId();
  const { name, description, type, required, choices } = parameter;
  if (type === "boolean")
    return (
      <label className="tick">
        <input
          type="checkbox"
          checked={value === undefined ? parameter.default === true : value === true}
          onChange={({ target }) => onChange(target.checked)}
        />{" "}
        {description} <span className="soft mono">{name}</span>
      </label>
    );
  const text = typeof value === "string" ? value : "";
  return (
    <label htmlFor={id}>
      {description} <span className="soft mono">{name}</span>
      {choices ? (
        <select id={id} required={required} value={text} onChange={({ target }) => onChange(target.value)}>
          <option value="">{hintOf(parameter)}</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          required={required}
          spellCheck={false}
          maxLength={1000}
          placeholder={hintOf(parameter)}
          value={text}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </label>
  );
}
