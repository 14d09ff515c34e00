/** The words that describe an incident, and the classes of incidents. Runbooks, proposals, alerts and searches use the same words. */
import * as z from "zod";

export const IncidentWord = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,60}$/, "is not a word of lower-case letters, digits, dashes, dots and underscores");

/** Each class is a symptom that at least one of Muster's own runbooks has as a trigger. */
export const IncidentClass = z.enum([
  "resource_saturation",
  "load_spike",
  "configuration_drift",
  "dependency_failure",
  "scaling_failure",
  "network_connectivity",
  "permission_failure",
  "cost_anomaly",
  "deployment_regression",
  "availability_loss",
  "performance_degradation",
  "data_inconsistency",
]);
export type IncidentClass = z.output<typeof IncidentClass>;

/** The words of one incident. `event` is the type of an event, such as `install.failed`. */
export const IncidentWords = z.strictObject({
  symptom: IncidentWord.optional(),
  event: IncidentWord.optional(),
  intent_type: IncidentWord.optional(),
  resource_type: IncidentWord.optional(),
});
export type IncidentWords = z.output<typeof IncidentWords>;

/** An alert can state several symptoms and events. The first symptom says most about the incident. */
export const Incident = z.object({
  symptoms: z.array(z.string()).optional(),
  events: z.array(z.string()).optional(),
  intent_type: z.string().optional(),
  resource_type: z.string().optional(),
});
export type Incident = z.output<typeof Incident>;

/** The words that the triggers of all runbooks contain. */
export const KnownWords = z.object({
  symptoms: z.array(z.string()),
  events: z.array(z.string()),
  intents: z.array(z.string()),
  resources: z.array(z.string()),
});
export type KnownWords = z.output<typeof KnownWords>;

/** A search for runbooks, with words in any order and the words of an incident. */
export const RunbookSearch = IncidentWords.extend({ text: z.string().trim().max(200).optional() });
export type RunbookSearch = z.output<typeof RunbookSearch>;

const MOST_WORDS = 60;

/** Explains an empty result, with the words that would find a runbook. */
export function noRunbookFor({ text, ...words }: RunbookSearch, known: KnownWords): string {
  const kinds = [
    { title: "symptom", asked: words.symptom, list: known.symptoms },
    { title: "event", asked: words.event, list: known.events },
    { title: "intent", asked: words.intent_type, list: known.intents },
    { title: "resource", asked: words.resource_type, list: known.resources },
  ];
  const asked = kinds.flatMap(({ title, asked: word }) => (word === undefined ? [] : [`the ${title} ${word}`]));
  const wanted = [...asked, ...(text === undefined || text === "" ? [] : [`the text "${text}"`])].join(" and ");
  const unknown = kinds.filter(({ asked: word, list }) => word !== undefined && !list.includes(word));
  const shown = unknown.length > 0 ? unknown : kinds.slice(0, 1);
  const lists = shown.map(({ title, list }) => `known ${title}s: ${some(list)}`);
  return `no runbook matches ${wanted === "" ? "an empty search" : wanted}; ${lists.join("; ")}`;
}

const some = (list: readonly string[]): string =>
  list.length === 0 ? "none" : `${list.slice(0, MOST_WORDS).join(", ")}${list.length > MOST_WORDS ? ", …" : ""}`;
