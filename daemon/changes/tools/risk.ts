/** Computes a tool's risk from its action and the given values. The form can raise the computed risk but not lower it. */
import type { Risk, Values } from "../../contract/changes/tool.ts";
import { type Call, callOf } from "./command.ts";
import type { ToolForm } from "./form.ts";
import type { PlaybookFacts, Playbooks } from "./playbooks.ts";
import { programRisk } from "./programs.ts";
import { worst } from "./risk-order.ts";

/** A sample machine, because the risk does not depend on the machine. */
const SOMEWHERE = { node: "node", address: "192.0.2.1" };

const effectRisk: Record<ToolForm["effects"][number], Risk> = {
  looks: "read",
  changes: "write",
  restarts: "write",
  installs: "write",
  erases: "delete",
};

/** Ansible modules that only read. */
const askingModules = new Set([
  "ansible.builtin.ping",
  "ansible.builtin.setup",
  "ansible.builtin.service_facts",
  "ansible.builtin.package_facts",
  "ansible.builtin.stat",
  "ansible.windows.win_ping",
  "ansible.windows.win_service_info",
  "ansible.windows.setup",
]);
const anyModule = /\.(shell|command|raw|script|expect|win_shell|win_command|win_powershell|psexec|win_psexec)$/;

export function callRisk(call: Call, playbooks?: Playbooks): Risk {
  switch (call.kind) {
    case "command":
      return programRisk(call.argv);
    case "request":
      return requestRisk(call.verb);
    case "playbook":
      // Check mode does not make a playbook read-only.
      // A task may opt out of check mode, and templates can run lookups on the control node.
      return isReading(call, playbooks?.(call.playbook)) ? "read" : "write";
    case "module":
      return askingModules.has(call.module) ? "read" : anyModule.test(call.module) ? "delete" : "write";
    case "act":
      return mildActs.has(call.act) ? "write" : "delete";
  }
}

/**
 * A declared variable is the author's promise that the playbook still only reads. A playbook that adds hosts chooses its machines
 * itself, so it never counts as reading.
 */
const isReading = ({ options }: Extract<Call, { kind: "playbook" }>, facts: PlaybookFacts | undefined): boolean =>
  facts?.readOnly === true && facts.addsHosts === undefined && (facts.variables !== undefined || options?.variables === undefined);

/** Muster's own actions (acts) that destroy nothing. All of Muster's own actions (acts) that are not listed count as `delete`. */
const mildActs = new Set([
  "wake",
  "power",
  "rescue",
  "end_rescue",
  "promote",
  "reprovision",
  "group_join",
  "group_leave",
  "variable_set",
  "variable_unset",
  "machine_add",
  "accept",
  "disarm",
  "forget",
  "replaced",
  "card_add",
  "card_remove",
  "quirks_set",
  "quirks_clear",
  "job_cancel",
  "rack_save",
  "rack_remove",
  "place",
  "unplace",
  "token_create",
  "node_token_create",
  "token_revoke",
  "quarantine_release",
  "quarantine_replace",
  "quarantine_discard",
  "address_release",
]);

function requestRisk(verb: string): Risk {
  if (/^(GET|HEAD|OPTIONS)$/.test(verb)) return "read";
  return /^(POST|PUT|PATCH)$/.test(verb) ? "write" : "delete";
}

export function riskOf(form: ToolForm, parameters: Values, playbooks?: Playbooks): Risk {
  const call = callOf(form, parameters, form.requiresTarget ? SOMEWHERE : undefined);
  return worst(callRisk(call, playbooks), form.risk, ...form.effects.map((effect) => effectRisk[effect]));
}
