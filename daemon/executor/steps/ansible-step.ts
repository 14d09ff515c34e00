/**
 * Runs a playbook or one module on one node, with the same Ansible that jobs use. Steps also reach Windows machines through
 * Ansible.
 */
import { createHash } from "node:crypto";
import type { Call } from "../../changes/tools/command.ts";
import { RunRequest } from "../../contract/jobs/run-messages.ts";
import type { ProcessPlace } from "../lasting-process.ts";
import { type AnsibleSettings, ansibleCommand, ansibleEnvironment } from "../runs/ansible.ts";

type AnsibleCall = Extract<Call, { kind: "playbook" | "module" }>;

/** The path of the file with the events of a step. */
export const eventsOf = ({ output }: Pick<ProcessPlace, "output">): string => `${output}.events`;

export const pathOf = (playbook: string): string => `playbooks/${playbook}.yaml`;

export interface AnsibleWork {
  executionId: string;
  node: string;
  timeoutSeconds: number;
  /** True if the approved plan says that the playbook adds hosts itself. */
  unlimited?: true | undefined;
}

/** `variables` is the path of the file with the extra variables of this run. */
export function ansibleStep(call: AnsibleCall, work: AnsibleWork, settings: AnsibleSettings, place: ProcessPlace, variables?: string) {
  const connections = createHash("sha256").update(place.base).digest("hex").slice(0, 8);
  // Switches colours off, because programs also read the output of a step.
  const env = {
    ...ansibleEnvironment(settings, { events: eventsOf(place) }, connections),
    ANSIBLE_FORCE_COLOR: "0",
    ANSIBLE_NOCOLOR: "1",
  };
  const argv =
    call.kind === "playbook"
      ? playbookWords(call, work, settings, variables)
      : [
          "ansible",
          `--inventory=${settings.inventory}`,
          `--module-name=${call.module}`,
          // Ansible takes `{}` for free text, which most modules refuse.
          ...(Object.keys(call.arguments).length === 0 ? [] : [`--args=${JSON.stringify(call.arguments)}`]),
          work.node,
        ];
  return { argv, env, cwd: settings.directory };
}

function playbookWords(
  { playbook, check, options }: Extract<AnsibleCall, { kind: "playbook" }>,
  work: AnsibleWork,
  settings: AnsibleSettings,
  variables: string | undefined,
): string[] {
  const request = RunRequest.parse({
    type: "run",
    members: [{ jobId: work.executionId, attempt: 1, node: work.node }],
    playbook: pathOf(playbook),
    ...(check && { check }),
    ...(options && { options }),
    ...(work.unlimited && { unlimited: true as const }),
    deadlineSeconds: work.timeoutSeconds,
  });
  const { command, args } = ansibleCommand(request, settings, variables);
  return [command, ...args];
}
