/** Matches runbooks with an incident. Proposals, alerts and searches all use this pure function. */
import type { Incident, IncidentWords } from "../../contract/changes/incident.ts";
import type { Runbook, Runbooks } from "./runbook.ts";
import type { Trigger } from "./trigger.ts";

export const incidentOf = ({ symptom, event, ...rest }: IncidentWords): Incident => ({
  ...rest,
  symptoms: listed(symptom),
  events: listed(event),
});

/** The quality of a match between a trigger and an incident. The fields are in the order of their weight. */
export interface Fit {
  /** True if the trigger and the incident share the symptom or the event, and not only the intent or the resource. */
  happened: boolean;
  /** Number of fields that the trigger and the incident share. */
  shared: number;
  /** Number of fields of the trigger that the incident leaves open. */
  open: number;
  /** Positions of the shared words in the lists of the incident, added up. */
  position: number;
}

/** Returns the matching runbooks, the best match first. Runbooks that match equally well are sorted by name. */
export const matching = (runbooks: Runbooks, incident: Incident): readonly Runbook[] =>
  ranked(runbooks, incident).map(({ runbook }) => runbook);

export function ranked(runbooks: Runbooks, incident: Incident): { runbook: Runbook; fit: Fit }[] {
  return runbooks
    .list()
    .flatMap((runbook) => {
      const [fit] = runbook.triggers.flatMap((trigger) => fitOf(trigger, incident) ?? []).toSorted(byFit);
      return fit ? [{ runbook, fit }] : [];
    })
    .toSorted((a, b) => byFit(a.fit, b.fit) || (a.runbook.name < b.runbook.name ? -1 : 1));
}

/** Sorts the better fit first. */
export const byFit = (a: Fit, b: Fit): number =>
  Number(b.happened) - Number(a.happened) || b.shared - a.shared || a.open - b.open || a.position - b.position;

/** Returns undefined if a field of the trigger differs from the incident, or if the two share no field. */
function fitOf({ symptoms, event, intent_type, resource_type }: Trigger, incident: Incident): Fit | undefined {
  const fields = [
    { stated: symptoms, wanted: incident.symptoms ?? [], happened: true },
    { stated: listed(event), wanted: incident.events ?? [], happened: true },
    { stated: listed(intent_type), wanted: listed(incident.intent_type), happened: false },
    { stated: listed(resource_type), wanted: listed(incident.resource_type), happened: false },
  ].filter(({ stated }) => stated.length > 0);
  const shared = fields
    .filter(({ wanted }) => wanted.length > 0)
    .map(({ stated, wanted, happened }) => ({ happened, position: wanted.findIndex((word) => stated.includes(word)) }));
  if (shared.length === 0 || shared.some(({ position }) => position < 0)) return undefined;
  return {
    happened: shared.some(({ happened }) => happened),
    shared: shared.length,
    open: fields.length - shared.length,
    position: shared.reduce((sum, { position }) => sum + position, 0),
  };
}

const listed = (word: string | undefined): string[] => (word === undefined ? [] : [word]);
