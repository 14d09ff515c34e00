/** The command line and environment of one ansible-playbook run. */
import { join } from "node:path";
import type { RunRequest } from "../../contract/executor-protocol.ts";

export interface AnsibleSettings {
  /** Folder with ansible.cfg, playbooks, roles and the callback plugin. */
  directory: string;
  inventory: string;
  knownHosts: string;
  /** The executor's own folder: key, home, control sockets. */
  home: string;
  /** Values the playbooks get besides the inventory's, as a file: never on a command line. */
  extraVars?: string;
}

/** Tells the callback plugin where to write; no other run has the same. */
export const EVENTS_VARIABLE = "MUSTER_EVENTS";
const WAVE_VARIABLE = "MUSTER_WAVE";
/** Where the plugin finds what hides secrets, from whatever folder it was loaded. */
const SECRETS_VARIABLE = "MUSTER_HIDE_SECRETS";
const hideSecrets = join(import.meta.dirname, "../../log/hide-secrets.py");

/** Ours come first, whatever copy the operator's folder holds: the executor and they must understand each other. */
const ours = join(import.meta.dirname, "../../../ansible");
/** Every host of a wave has a process of its own, so that none waits for a place a slow one holds. */
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

/** Everything the child gets: nothing of ours leaks in, and no setting from outside changes what a run does. */
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
    // A later task saves the handshake; nothing stays open for long after a run.
    "-o ControlMaster=auto",
    "-o ControlPersist=15s",
  ];
  return {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: settings.home,
    LANG: "C.UTF-8",
    // Compiled code beside the playbooks is in nobody's digest of them: Python loads none from there, and keeps its own here.
    PYTHONPYCACHEPREFIX: join(settings.home, "pycache"),
    ANSIBLE_CONFIG: join(settings.directory, "ansible.cfg"),
    ANSIBLE_LOCAL_TEMP: join(settings.home, "tmp"),
    ANSIBLE_PRIVATE_KEY_FILE: privateKey(settings.home),
    ANSIBLE_SSH_ARGS: ssh.join(" "),
    ANSIBLE_SSH_CONTROL_PATH_DIR: controlSockets(settings.home),
    // Of this run alone: a connection of an earlier run was made to whoever had the address then.
    ANSIBLE_SSH_CONTROL_PATH: `%(directory)s/${connections}-%%h-%%p`,
    ANSIBLE_FORCE_COLOR: "1",
    ANSIBLE_CALLBACK_PLUGINS: plugins("callback_plugins"),
    [EVENTS_VARIABLE]: events,
    [SECRETS_VARIABLE]: hideSecrets,
    ...(wave !== undefined && {
      [WAVE_VARIABLE]: wave,
      // A playbook that names a strategy of its own keeps it.
      ANSIBLE_STRATEGY: "muster_wave",
      ANSIBLE_STRATEGY_PLUGINS: plugins("strategy_plugins"),
    }),
  };
}
