/**
 * Runs a playbook or one module on one node, with the same Ansible that jobs use. Steps also reach Windows machines through
 * Ansible.
 */
import { createHash } from "node:crypto";
import type { Call } from "../../changes/tools/command.ts";
import { RunRequest } from "../../contract/jobs/run-messages.ts";
import type { Place } from "../lasting-process.ts";
import { type AnsibleSettings, ansibleCommand, ansibleEnvironment } from "../runs/ansible.ts";

type AnsibleCall = Extract<Call, { kind: "playbook" | "module" }>;

export interface AnsibleWork {
  executionId: string;
  node: string;
  timeoutSeconds: number;
}

export function ansibleStep(call: AnsibleCall, work: AnsibleWork, settings: AnsibleSettings, place: Place) {
  const connections = createHash("sha256").update(place.base).digest("hex").slice(0, 8);
  // Switches colours off, because programs also read the output of a step.
  const env = {
    ...ansibleEnvironment(settings, { events: `${place.output}.events` }, connections),
    ANSIBLE_FORCE_COLOR: "0",
    ANSIBLE_NOCOLOR: "1",
  };
  const argv =
    call.kind === "playbook"
      ? playbookWords(call, work, settings)
      : [
          "ansible",
          `--inventory=${settings.inventory}`,
          `--module-name=${call.module}`,
          `--args=${JSON.stringify(call.arguments)}`,
          work.node,
        ];
  return { argv, env, cwd: settings.directory };
}

function playbookWords(
  { playbook, check }: Extract<AnsibleCall, { kind: "playbook" }>,
  work: AnsibleWork,
  settings: AnsibleSettings,
): string[] {
  const request = RunRequest.parse({
    type: "run",
    members: [{ jobId: work.executionId, attempt: 1, node: work.node }],
    playbook: `playbooks/${playbook}.yaml`,
    ...(check && { check }),
    deadlineSeconds: work.timeoutSeconds,
  });
  const { command, args } = ansibleCommand(request, settings);
  return [command, ...args];
}
