/** What is looked for in the audit; each change stands in the address at once. */
import { useState } from "react";
import { AuditAction } from "../../../daemon/contract/audit/audit.ts";
import { type AuditWish, auditHash, wholeAudit } from "./audit-query.ts";
import { instantOf, localTime } from "./outcomes.ts";

type Change = (change: Partial<AuditWish>) => void;

export function AuditFilters({ wish, change }: { wish: AuditWish; change: Change }) {
  return (
    <search className="audit-filters">
      <Field label="Search" wide name="text" wish={wish} change={change} placeholder="Anything that is said" />
      <Asked wish={wish} change={change} />
      <label>
        Kind
        <select
          value={wish.action}
          onChange={({ target }) => change({ action: AuditAction.options.find((known) => known === target.value) ?? "" })}
        >
          <option value="">every kind</option>
          {AuditAction.options.map((action) => (
            <option key={action} value={action}>
              {action}
            </option>
          ))}
        </select>
      </label>
      <Field label="Outcome" name="result" wish={wish} change={change} placeholder="refused, failed, …" />
      <Field label="Node" name="node" wish={wish} change={change} placeholder="rack1-n1" />
      <Field label="Plan" name="plan" wish={wish} change={change} placeholder="hash or id, its beginning" />
      {(["since", "until"] as const).map((name) => (
        <label key={name}>
          {name === "since" ? "From" : "Until"}
          <input
            type="datetime-local"
            value={localTime(wish[name])}
            onChange={({ target }) => change({ [name]: instantOf(target.value) })}
          />
        </label>
      ))}
      {auditHash(wish) !== auditHash(wholeAudit) && (
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
  wish: AuditWish;
  change: Change;
}

function Field({ label, name, placeholder, wide = false, wish, change }: FieldProps) {
  return (
    <label className={wide ? "audit-search" : undefined}>
      {label}
      <input
        type="search"
        maxLength={200}
        spellCheck={false}
        placeholder={placeholder}
        value={wish[name]}
        onChange={({ target }) => change({ [name]: target.value })}
      />
    </label>
  );
}

/** The daemon finds whole names only, so it is asked when the name is written, not at every letter. */
function Asked({ wish, change }: { wish: AuditWish; change: Change }) {
  const [typed, setTyped] = useState({ from: wish.user, text: wish.user });
  const text = typed.from === wish.user ? typed.text : wish.user;
  const ask = () => change({ user: text.trim() });
  return (
    <label>
      Who
      <input
        type="search"
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        placeholder="the whole name, then Enter"
        value={text}
        onChange={({ target }) => setTyped({ from: wish.user, text: target.value })}
        onKeyDown={({ key }) => key === "Enter" && ask()}
        onBlur={ask}
      />
    </label>
  );
}
