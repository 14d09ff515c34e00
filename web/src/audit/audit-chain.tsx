/** Verifies in the browser that no audit record was altered. */

import { Problem } from "../parts/attempt.tsx";
import { Hint } from "../parts/text/hint.tsx";
import { Ago } from "../parts/time/ago.tsx";
import type { ChainState } from "./chain.ts";
import { useChain, type Verified } from "./use-chain.ts";

export function AuditChain() {
  const { verified, busy, problem, verify } = useChain();
  const { tone, title, text } = verdictOf(verified, busy);
  return (
    <section className={`detail-head tone-${tone} audit-chain`} aria-labelledby="chain">
      <h2 id="chain" aria-live="polite">
        {title}
      </h2>
      <button type="button" disabled={busy} onClick={() => void verify()}>
        {busy ? "Verifying…" : "Verify now"}
      </button>
      <p className="verdict-text soft">
        <Hint text={text} />
        {verified?.at !== undefined && (
          <>
            {" "}
            Looked at <Ago at={verified.at} />.
          </>
        )}
      </p>
      {verified && verified.state.breaks.length > 0 && (
        <ul className="chain-breaks">
          {verified.state.breaks.map(({ at, text: what }) => (
            <li key={`${at} ${what}`}>
              <strong className="number">Record {at}</strong>: {what}
            </li>
          ))}
        </ul>
      )}
      <Problem problem={problem} />
    </section>
  );
}

function verdictOf(verified: Verified | undefined, busy: boolean): { tone: string; title: string; text: string } {
  if (!verified)
    return {
      tone: "idle",
      title: busy ? "Verifying the chain…" : "This page has not verified the chain yet",
      text: "Each record contains the hash of the previous record. This page can fetch all records and compute every hash again. On the control node, `muster audit verify` checks the signatures of the checkpoints.",
    };
  const { state, at } = verified;
  const [first] = state.breaks;
  if (first)
    return {
      tone: "bad",
      title: `The chain is broken at record ${first.at}`,
      text: "Compare the records with a copy from another place: an export, a backup or a checkpoint. `muster audit verify` lists every error in the chain.",
    };
  if (at === undefined) return { tone: "working", title: `Verified to record ${state.last}…`, text: signedText(state) };
  if (state.records === 0) return { tone: "idle", title: "No records yet", text: "" };
  return {
    tone: "good",
    title: `The chain holds: records ${state.first} to ${state.last}`,
    text: `Every hash was computed by this page. ${signedText(state)}`,
  };
}

const signedText = ({ signedTo }: ChainState): string =>
  signedTo > 0
    ? `The last matching checkpoint is at record ${signedTo}. \`muster audit verify\` checks the key that signed it.`
    : "No checkpoint covers these records yet, so a missing record at the end would go unnoticed.";
