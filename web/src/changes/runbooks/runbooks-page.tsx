/** Searches the runbooks by words, symptom, intent and resource. Explains a search that finds nothing. */
import { type KnownWords, noRunbookFor } from "../../../../daemon/contract/changes/incident.ts";
import type { OfferedRunbook } from "../../../../daemon/contract/changes/offer.ts";
import { Problem } from "../../parts/attempt.tsx";
import { runbookHref } from "../../parts/route.ts";
import { CliPanel } from "../../parts/text/cli-panel.tsx";
import { Hint } from "../../parts/text/hint.tsx";
import { useAddress } from "../../parts/use-address.ts";
import { everyRunbook, parseRunbooksHash, type RunbookQuery, runbooksHash, searchOf } from "./runbook-query.ts";
import { useRunbooks } from "./use-runbooks.ts";

export function RunbooksPage() {
  const [query, change] = useAddress(parseRunbooksHash, runbooksHash);
  const { found, problem } = useRunbooks(searchOf(query));
  return (
    <section className="detail">
      <div className="counts">
        <h1>
          Runbooks <span className="count">{found?.runbooks.length}</span>
        </h1>
      </div>
      <p className="soft">A runbook contains the steps for one kind of incident. The best match comes first.</p>
      <Fields query={query} known={found?.known} change={change} />
      <Problem problem={problem} />
      {found?.runbooks.length === 0 && (
        <section className="empty" aria-labelledby="none-found">
          <h2 id="none-found">No runbook found</h2>
          <p>{noRunbookFor(searchOf(query), found.known).replace(/^n/, "N")}.</p>
        </section>
      )}
      <ul className="job-rows" aria-label="Runbooks">
        {found?.runbooks.map((runbook) => (
          <Row key={runbook.name} runbook={runbook} />
        ))}
      </ul>
      <CliPanel commands={["muster runbooks", "muster runbooks disk full", "muster runbooks --symptom full-disk"]} />
    </section>
  );
}

function Row({ runbook: { name, description, triggers } }: { runbook: OfferedRunbook }) {
  const symptoms = [...new Set(triggers.flatMap((trigger) => trigger.symptoms))];
  return (
    <li className="runbook-row" data-runbook={name}>
      <a className="job-name" href={runbookHref(name)}>
        {name}
      </a>
      <span>
        <Hint text={description} />
      </span>
      <span className="soft">{symptoms.join(", ")}</span>
    </li>
  );
}

interface FieldsProps {
  query: RunbookQuery;
  known: KnownWords | undefined;
  change: (change: Partial<RunbookQuery>) => void;
}

function Fields({ query, known, change }: FieldsProps) {
  const choices = [
    { name: "symptom", label: "Symptom", words: known?.symptoms ?? [] },
    { name: "intent", label: "Intent", words: known?.intents ?? [] },
    { name: "resource", label: "Resource", words: known?.resources ?? [] },
  ] as const;
  return (
    <search className="audit-filters">
      <label className="audit-search">
        Search
        <input
          type="search"
          maxLength={200}
          spellCheck={false}
          placeholder="Words, such as disk full"
          value={query.text}
          onChange={({ target }) => change({ text: target.value })}
        />
      </label>
      {choices.map(({ name, label, words }) => (
        <label key={name}>
          {label}
          <select value={query[name]} onChange={({ target }) => change({ [name]: target.value })}>
            <option value="">any</option>
            {/* The address can contain a word that no runbook has. */}
            {[...new Set([...words, ...(query[name] === "" ? [] : [query[name]])])].map((word) => (
              <option key={word}>{word}</option>
            ))}
          </select>
        </label>
      ))}
      {runbooksHash(query) !== runbooksHash(everyRunbook) && (
        <button type="button" className="quiet" onClick={() => change(everyRunbook)}>
          Clear
        </button>
      )}
    </search>
  );
}
