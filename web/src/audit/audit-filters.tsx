/** Shows the filters of the audit log. Each change updates the address of the page immediately. */
import { useState } from "react";
import { AuditAction } from "../../../daemon/contract/audit/audit.ts";
import { type AuditFilter, auditHash, wholeAudit } from "./audit-query.ts";
import { instantOf, localTime } from "./outcomes.ts";

type Change = (change: Partial<AuditFilter>) => void;

export function AuditFilters({ filter, change }: { filter: AuditFilter; change: Change }) {
  return (
    <search className="audit-filters">
      <Field label="Search" wide name="text" filter={filter} change={change} placeholder="Any text" />
      <Asked filter={filter} change={change} />
      <label>
        Kind
        <select
          value={filter.action}
          onChange={({ target }) => change({ action: AuditAction.options.find((known) => known === target.value) ?? "" })}
        >
          <option value="">all kinds</option>
          {AuditAction.options.map((action) => (
            <option key={action} value={action}>
              {action}
            </option>
          ))}
        </select>
      </label>
      <Field label="Outcome" name="result" filter={filter} change={change} placeholder="refused, failed, …" />
      <Field label="Node" name="node" filter={filter} change={change} placeholder="rack1-n1" />
      <Field label="Plan" name="plan" filter={filter} change={change} placeholder="beginning of a hash or an id" />
      {(["since", "until"] as const).map((name) => (
        <label key={name}>
          {name === "since" ? "From" : "Until"}
          <input
            type="datetime-local"
            value={localTime(filter[name])}
            onChange={({ target }) => change({ [name]: instantOf(target.value) })}
          />
        </label>
      ))}
      {auditHash(filter) !== auditHash(wholeAudit) && (
        <button type="button" className="quiet" onClick={() => change(wholeAudit)}>
          Clear
        </button>
      )}
    </search>
  );
}

interface FieldProps {
  label: string;
  name: "text" | "node" | "plan" | "result";
  placeholder: string;
  wide?: boolean;
  filter: AuditFilter;
  change: Change;
}

function Field({ label, name, placeholder, wide = false, filter, change }: FieldProps) {
  return (
    <label className={wide ? "audit-search" : undefined}>
      {label}
      <input
        type="search"
        maxLength={200}
        spellCheck={false}
        placeholder={placeholder}
        value={filter[name]}
        onChange={({ target }) => change({ [name]: target.value })}
      />
    </label>
  );
}

/** The daemon finds only whole names, so the page sends the request on Enter, not on every letter. */
function Asked({ filter, change }: { filter: AuditFilter; change: Change }) {
  const [typed, setTyped] = useState({ from: filter.user, text: filter.user });
  const text = typed.from === filter.user ? typed.text : filter.user;
  const ask = () => change({ user: text.trim() });
  return (
    <label>
      User
      <input
        type="search"
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        placeholder="the whole name, then Enter"
        value={text}
        onChange={({ target }) => setTyped({ from: filter.user, text: target.value })}
        onKeyDown={({ key }) => key === "Enter" && ask()}
        onBlur={ask}
      />
    </label>
  );
}
