/** Finds the runbook of a proposal that states an incident, and the runbooks of a search. Pure. */
import { type IncidentWords, type KnownWords, noRunbookFor, type RunbookSearch } from "../../contract/changes/incident.ts";
import { MusterError } from "../../errors/errors.ts";
import { byFit, incidentOf, matching, ranked } from "./matching.ts";
import type { Runbook, Runbooks } from "./runbook.ts";

/**
 * Throws if no runbook matches, or if several runbooks match equally well. If the words state a symptom or an event, a
 * runbook for the intent or the resource alone is not enough.
 */
export function runbookFor(runbooks: Runbooks, words: IncidentWords): Runbook {
  const happened = words.symptom !== undefined || words.event !== undefined;
  const found = ranked(runbooks, incidentOf(words)).filter(({ fit }) => fit.happened === happened);
  const [best] = found;
  if (!best) throw new MusterError("RUNBOOK_NOT_FOUND", noRunbookFor(words, knownWords(runbooks)));
  const equal = found.filter(({ fit }) => byFit(fit, best.fit) === 0).map(({ runbook }) => runbook.name);
  if (equal.length > 1) throw new MusterError("RUNBOOK_AMBIGUOUS", `${equal.length} runbooks match equally well: ${equal.join(", ")}`);
  return best.runbook;
}

/**
 * Returns the runbooks that match the words of the incident and contain every word of the text, the best match first. An
 * empty search returns all runbooks.
 */
export function searchRunbooks(runbooks: Runbooks, { text = "", ...words }: RunbookSearch): readonly Runbook[] {
  const stated = Object.values(words).some((word) => word !== undefined);
  const found = stated ? matching(runbooks, incidentOf(words)) : runbooks.list();
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = found.filter((runbook) => containsAll([...titleOf(runbook), ...detailOf(runbook)], wanted));
  if (stated || wanted.length === 0) return hits;
  return hits.toSorted((a, b) => Number(containsAll(titleOf(b), wanted)) - Number(containsAll(titleOf(a), wanted)));
}

const containsAll = (texts: readonly string[], words: readonly string[]): boolean =>
  words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));

const titleOf = ({ name, triggers }: Runbook): string[] => [name, ...triggers.flatMap(({ symptoms }) => symptoms)];

const detailOf = ({ description, triggers, steps }: Runbook): string[] => [
  description,
  ...triggers.flatMap(({ event, intent_type, resource_type }) => [event, intent_type, resource_type].filter((word) => word !== undefined)),
  ...steps.map(({ tool }) => tool),
];

export function knownWords(runbooks: Runbooks): KnownWords {
  const triggers = runbooks.list().flatMap((runbook) => runbook.triggers);
  const sorted = (words: readonly (string | undefined)[]) => [...new Set(words.filter((word) => word !== undefined))].toSorted();
  return {
    symptoms: sorted(triggers.flatMap(({ symptoms }) => symptoms)),
    events: sorted(triggers.map(({ event }) => event)),
    intents: sorted(triggers.map(({ intent_type }) => intent_type)),
    resources: sorted(triggers.map(({ resource_type }) => resource_type)),
  };
}
