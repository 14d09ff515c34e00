/** The command line and environment of one ansible-playbook run. */
import { join } from "node:path";
import type { RunRequest } from "../contract/executor-protocol.ts";

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

export const privateKey = (home: string): string => join(home, "id_ed25519");
export const controlSockets = (home: string): string => join(home, "cp");

export function ansibleCommand(request: RunRequest, settings: AnsibleSettings): { command: string; args: string[] } {
  return {
    command: "ansible-playbook",
    args: [
      `--inventory=${settings.inventory}`,
      `--limit=${request.limit.join(",")}`,
      ...(request.check ? ["--check", "--diff"] : []),
      ...(settings.extraVars === undefined ? [] : [`--extra-vars=@${settings.extraVars}`]),
      join(settings.directory, request.playbook),
    ],
  };
}

/** Everything the child gets: nothing of ours leaks in, and no setting from outside changes what a run does. */
export function ansibleEnvironment(settings: AnsibleSettings, eventsFile: string, connections: string): NodeJS.ProcessEnv {
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
    ANSIBLE_CONFIG: join(settings.directory, "ansible.cfg"),
    ANSIBLE_LOCAL_TEMP: join(settings.home, "tmp"),
    ANSIBLE_PRIVATE_KEY_FILE: privateKey(settings.home),
    ANSIBLE_SSH_ARGS: ssh.join(" "),
    ANSIBLE_SSH_CONTROL_PATH_DIR: controlSockets(settings.home),
    // Of this run alone: a connection of an earlier run was made to whoever had the address then.
    ANSIBLE_SSH_CONTROL_PATH: `%(directory)s/${connections}-%%h-%%p`,
    ANSIBLE_FORCE_COLOR: "1",
    [EVENTS_VARIABLE]: eventsFile,
  };
}
