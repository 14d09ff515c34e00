/** Stores the search for runbooks, and the values of a proposal, in the address of the page. Pure. */
import type { RunbookSearch } from "../../../../daemon/contract/changes/incident.ts";
import type { OfferedParameter, OfferedRunbook } from "../../../../daemon/contract/changes/offer.ts";
import type { ProposalInput } from "../../../../daemon/contract/changes/plan.ts";
import type { Value } from "../../../../daemon/contract/changes/tool.ts";
import { runbooksHref } from "../../parts/route.ts";

export interface RunbookQuery {
  text: string;
  symptom: string;
  intent: string;
  resource: string;
}

export const everyRunbook: RunbookQuery = { text: "", symptom: "", intent: "", resource: "" };

const names: Record<keyof RunbookQuery, string> = { text: "q", symptom: "symptom", intent: "intent", resource: "resource" };

const given = (hash: string) => new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");

export function parseRunbooksHash(hash: string): RunbookQuery {
  const said = given(hash);
  const text = (key: keyof RunbookQuery) => (said.get(names[key]) ?? "").slice(0, 200);
  return { text: text("text"), symptom: text("symptom"), intent: text("intent"), resource: text("resource") };
}

/** Returns an address that contains only the fields that are set. */
export function runbooksHash(query: RunbookQuery): string {
  const said = new URLSearchParams();
  for (const [key, name] of Object.entries(names) as [keyof RunbookQuery, string][]) if (query[key] !== "") said.set(name, query[key]);
  return said.size === 0 ? runbooksHref : `${runbooksHref}?${said}`;
}

/** Returns the search in the words of the API. */
export const searchOf = ({ text, symptom, intent, resource }: RunbookQuery): RunbookSearch => ({
  ...(text !== "" && { text }),
  ...(symptom !== "" && { symptom }),
  ...(intent !== "" && { intent_type: intent }),
  ...(resource !== "" && { resource_type: resource }),
});

/** Returns the nodes and the reason that an alert writes into the address of a runbook. */
export function parseProposalHash(hash: string): { nodes: string; reason: string } {
  const said = given(hash);
  return { nodes: (said.get("on") ?? "").slice(0, 5000), reason: (said.get("reason") ?? "").slice(0, 500) };
}

/** The text fields and switches of a form, by the name of the parameter. */
export type Filled = Readonly<Record<string, string | boolean>>;

/** Leaves out empty fields, so that the default values apply. */
export function proposalOf(
  { name, parameters, needsNodes }: Pick<OfferedRunbook, "name" | "parameters" | "needsNodes">,
  filled: Filled,
  nodes: string,
  reason: string,
): ProposalInput {
  return {
    goal: {
      kind: "runbook",
      runbook: name,
      parameters: Object.fromEntries(
        parameters.flatMap((parameter) => {
          const value = filled[parameter.name];
          return value === undefined || value === "" ? [] : [[parameter.name, value]];
        }),
      ),
    },
    targets: needsNodes ? nodes.split(/[\s,]+/).filter(Boolean) : [],
    reason: reason.trim(),
  };
}

export const hintOf = ({ default: usual, example }: Pick<OfferedParameter, "default" | "example">): string =>
  usual !== undefined ? `default: ${shown(usual)}` : example !== undefined ? `for example ${shown(example)}` : "";

const shown = (value: Value): string => String(value);
