/** States the incident behind an alert, so that runbooks can be matched with the alert. Pure. */
import type { AlertRule } from "../../contract/admin/alert.ts";
import type { Incident, IncidentClass } from "../../contract/changes/incident.ts";
import type { Signal } from "./signals.ts";
import { symptomsIn } from "./symptoms.ts";

/** An alert names at most this many nodes, the latest first. */
const MOST_NODES = 20;
/** Longer texts are cut, because machines write them. */
const MOST_CHARACTERS = 10_000;

/** The messages of machines show symptoms. The other messages come from people and programs that Muster refused. */
const kinds: Record<AlertRule, { class: IncidentClass; intent: string; resource: string }> = {
  "failed-logins": { class: "permission_failure", intent: "audit", resource: "access" },
  "policy-violations": { class: "permission_failure", intent: "audit", resource: "access" },
  refusals: { class: "permission_failure", intent: "audit", resource: "access" },
  "node-failures": { class: "availability_loss", intent: "investigate", resource: "node" },
  "error-rate": { class: "deployment_regression", intent: "investigate", resource: "node" },
  "unusual-activity": { class: "permission_failure", intent: "audit", resource: "access" },
  cost: { class: "cost_anomaly", intent: "optimize", resource: "fleet" },
};

/** The symptoms in the messages come first, then the name of the rule, then the class of the incident. */
export function incidentOfAlert(rule: AlertRule, signals: readonly Signal[]): Incident {
  const { class: kind, intent, resource } = kinds[rule];
  const latest = signals.toReversed();
  const said = resource === "node" ? latest.map(({ about }) => about).join("\n") : "";
  return {
    symptoms: [...symptomsIn(said.slice(0, MOST_CHARACTERS)), rule, kind],
    events: [...new Set(latest.flatMap(({ event }) => event ?? []))],
    intent_type: intent,
    resource_type: resource,
  };
}

export const nodesOf = (signals: readonly Signal[]): string[] =>
  [...new Set(signals.toReversed().flatMap(({ node }) => node ?? []))].slice(0, MOST_NODES);
