/** The command line and environment of one ansible-playbook run. */
import { join } from "node:path";
import type { RunRequest } from "../../contract/jobs/run-messages.ts";

export interface AnsibleSettings {
  /** The folder with ansible.cfg, playbooks, roles and the callback plugin. */
  directory: string;
  inventory: string;
  knownHosts: string;
  /** The executor's own folder, with its key and the control sockets of ssh. */
  home: string;
  /** A file with variables for the playbooks, in addition to the inventory. They are never on a command line. */
  extraVars?: string;
}

/** The file for the events of the callback plugin. Each run has its own. */
export const EVENTS_VARIABLE = "MUSTER_EVENTS";
const WAVE_VARIABLE = "MUSTER_WAVE";
/** The program that hides secrets. The callback plugin loads it. */
const SECRETS_VARIABLE = "MUSTER_HIDE_SECRETS";
const hideSecrets = join(import.meta.dirname, "../../log/hide-secrets.py");

/** Our plugins come before copies in the operator's folder, because they must fit this executor. */
const ours = join(import.meta.dirname, "../../../ansible");
/** Each host of a wave has its own process, so a slow host blocks no other. */
const MAX_FORKS = 100;

export const privateKey = (home: string): string => join(home, "id_ed25519");
export const controlSockets = (home: string): string => join(home, "cp");

export function ansibleCommand(request: RunRequest, settings: AnsibleSettings): { command: string; args: string[] } {
  return {
    command: "ansible-playbook",
    args: [
      `--inventory=${settings.inventory}`,
      `--limit=${request.members.map(({ node }) => node).join(",")}`,
      ...(request.members.length > 1 ? [`--forks=${Math.min(request.members.length, MAX_FORKS)}`] : []),
      ...(request.check ? ["--check", "--diff"] : []),
      ...(settings.extraVars === undefined ? [] : [`--extra-vars=@${settings.extraVars}`]),
      join(settings.directory, request.playbook),
    ],
  };
}

/** The whole environment of Ansible. Nothing of the executor's environment leaks in or changes a run. */
export function ansibleEnvironment(
  settings: AnsibleSettings,
  { events, wave }: { events: string; wave?: string },
  connections: string,
): NodeJS.ProcessEnv {
  const plugins = (folder: string) => [join(ours, folder), join(settings.directory, folder)].join(":");
  const ssh = [
    "-o BatchMode=yes",
    "-o StrictHostKeyChecking=yes",
    `-o UserKnownHostsFile=${settings.knownHosts}`,
    "-o GlobalKnownHostsFile=/dev/null",
    "-o IdentitiesOnly=yes",
    "-o ConnectTimeout=10",
    "-o ServerAliveInterval=5",
    "-o ServerAliveCountMax=3",
    // A later task saves the handshake, and no connection stays open long after a run.
    "-o ControlMaster=auto",
    "-o ControlPersist=15s",
  ];
  return {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: settings.home,
    LANG: "C.UTF-8",
    // The digest of the playbooks leaves out compiled code, so Python must load none from there. It keeps its own here.
    PYTHONPYCACHEPREFIX: join(settings.home, "pycache"),
    ANSIBLE_CONFIG: join(settings.directory, "ansible.cfg"),
    ANSIBLE_LOCAL_TEMP: join(settings.home, "tmp"),
    ANSIBLE_PRIVATE_KEY_FILE: privateKey(settings.home),
    ANSIBLE_SSH_ARGS: ssh.join(" "),
    ANSIBLE_SSH_CONTROL_PATH_DIR: controlSockets(settings.home),
    // For this run only: in an earlier run, another machine may have had the address.
    ANSIBLE_SSH_CONTROL_PATH: `%(directory)s/${connections}-%%h-%%p`,
    ANSIBLE_FORCE_COLOR: "1",
    ANSIBLE_CALLBACK_PLUGINS: plugins("callback_plugins"),
    [EVENTS_VARIABLE]: events,
    [SECRETS_VARIABLE]: hideSecrets,
    ...(wave !== undefined && {
      [WAVE_VARIABLE]: wave,
      // A playbook can still name its own strategy.
      ANSIBLE_STRATEGY: "muster_wave",
      ANSIBLE_STRATEGY_PLUGINS: plugins("strategy_plugins"),
    }),
  };
}
