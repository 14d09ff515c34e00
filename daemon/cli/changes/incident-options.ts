/** The options that describe an incident, for the commands that match runbooks. */
import { InvalidArgumentError } from "commander";
import { IncidentWord, type IncidentWords } from "../../contract/changes/incident.ts";

export interface IncidentOptions {
  symptom?: string;
  event?: string;
  intent?: string;
  resource?: string;
}

export function incidentWord(text: string): string {
  if (!IncidentWord.safeParse(text).success) throw new InvalidArgumentError("It is not a word such as full-disk.");
  return text;
}

/** Returns only the stated words. */
export const incidentWords = ({ symptom, event, intent, resource }: IncidentOptions): IncidentWords => ({
  ...(symptom !== undefined && { symptom }),
  ...(event !== undefined && { event }),
  ...(intent !== undefined && { intent_type: intent }),
  ...(resource !== undefined && { resource_type: resource }),
});
