/** The triggers of a runbook, as a runbook file states them. */
import * as z from "zod";
import { IncidentWord, IncidentWords } from "../../contract/changes/incident.ts";

/**
 * A trigger states symptoms, an event, an intent and a resource. Each of these fields is optional, but not all of them.
 * One of the symptoms is enough.
 */
export const Trigger = IncidentWords.extend({ symptoms: z.array(IncidentWord).min(1).max(30).optional() })
  .refine((trigger) => Object.keys(trigger).length > 0, {
    error: "states no symptom, event, intent_type or resource_type",
    when: ({ issues }) => issues.length === 0,
  })
  .transform(({ symptom, symptoms = [], ...rest }) => ({
    ...rest,
    symptoms: [...new Set([...(symptom === undefined ? [] : [symptom]), ...symptoms])],
  }));
export type Trigger = z.output<typeof Trigger>;
