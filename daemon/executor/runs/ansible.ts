/** Builds the command line and the environment of one ansible-playbook run. */
import { join } from "node:path";
import type { RunRequest } from "../../contract/jobs/run-messages.ts";
import { canShareConnections, sshOption, withoutTokens } from "./ssh-path.ts";

export interface AnsibleSettings {
  /** The path of the folder that contains ansible.cfg, playbooks, roles and the callback plugin. */
  directory: string;
  inventory: string;
  knownHosts: string;
  /** The path of the executor's own folder, which contains its key and the control sockets of ssh. */
  home: string;
  /** The path of a file with additional variables for the playbooks. The variables never appear on a command line. */
  extraVars?: string;
  /** Returns the secrets that the header of a playbook declares: the name of each variable, and the name of its secret. */
  secretVariables?(playbook: string): Readonly<Record<string, string>>;
}

/**
 * The environment variable with the path of the event file. The callback plugin writes the events of one run to the event
 * file.
 */
export const EVENTS_VARIABLE = "MUSTER_EVENTS";
const WAVE_VARIABLE = "MUSTER_WAVE";
/** The environment variable with the path of the program that hides secrets. The callback plugin loads this program. */
const SECRETS_VARIABLE = "MUSTER_HIDE_SECRETS";
const hideSecrets = join(import.meta.dirname, "../../log/hide-secrets.py");

/** Muster's plugins take precedence over copies in the operator's folder, because the plugins must match this executor. */
const ours = join(import.meta.dirname, "../../../ansible");
/** The largest number of parallel hosts. Each host has its own process, so that a slow host does not delay the others. */
const MAX_FORKS = 100;

/**
 * The folders with collections. The digest of a playbook covers the folder of the operator, and only root can change the other
 * one. Collections in the home of a user would not be covered.
 */
const collections = (directory: string): string => [join(directory, "collections"), "/usr/share/ansible/collections"].join(":");

export const privateKey = (home: string): string => join(home, "id_ed25519");
export const controlSockets = (home: string): string => join(home, "cp");

/** `variables` is the path of the file with the extra variables of this run. */
export function ansibleCommand(request: RunRequest, settings: AnsibleSettings, variables?: string): { command: string; args: string[] } {
  return {
    command: "ansible-playbook",
    args: [
      `--inventory=${settings.inventory}`,
      // Ansible applies a limit to the hosts that a play adds, too.
      ...(request.unlimited ? [] : [`--limit=${request.members.map(({ node }) => node).join(",")}`]),
      ...(request.members.length > 1 ? [`--forks=${Math.min(request.members.length, MAX_FORKS)}`] : []),
      ...(request.check ? ["--check", "--diff"] : []),
      ...tagWords("--tags", request.options?.tags),
      ...tagWords("--skip-tags", request.options?.skip_tags),
      // Ansible uses the last file that names a variable, so no run replaces the variables of Muster.
      ...[variables, settings.extraVars].filter((file) => file !== undefined).map((file) => `--extra-vars=@${file}`),
      join(settings.directory, request.playbook),
    ],
  };
}

const tagWords = (option: string, tags: readonly string[] | undefined): string[] => (tags ? [`${option}=${tags.join(",")}`] : []);

/** Builds the whole environment of Ansible. A run receives no variables of the executor's own environment. */
export function ansibleEnvironment(
  settings: AnsibleSettings,
  { events, wave }: { events: string; wave?: string },
  connections: string,
): NodeJS.ProcessEnv {
  const plugins = (folder: string) => [join(ours, folder), join(settings.directory, folder)].join(":");
  const ssh = [
    "-o BatchMode=yes",
    "-o StrictHostKeyChecking=yes",
    // Ansible splits this text like a shell, and ssh reads each value with its own rules.
    `-o '${sshOption("UserKnownHostsFile", settings.knownHosts)}'`,
    "-o GlobalKnownHostsFile=/dev/null",
    "-o IdentitiesOnly=yes",
    "-o ConnectTimeout=10",
    "-o ServerAliveInterval=5",
    "-o ServerAliveCountMax=3",
    // Later tasks reuse the SSH connection and need no new handshake. The connection closes soon after the run.
    ...(canShareConnections(controlSockets(settings.home)) ? ["-o ControlMaster=auto", "-o ControlPersist=15s"] : []),
  ];
  return {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: settings.home,
    LANG: "C.UTF-8",
    // The folder in which Python stores compiled code. Python must not load compiled code from the playbooks' folder, because
    // the digest excludes compiled code.
    PYTHONPYCACHEPREFIX: join(settings.home, "pycache"),
    ANSIBLE_CONFIG: join(settings.directory, "ansible.cfg"),
    ANSIBLE_LOCAL_TEMP: join(settings.home, "tmp"),
    ANSIBLE_PRIVATE_KEY_FILE: withoutTokens(privateKey(settings.home)),
    ANSIBLE_SSH_ARGS: ssh.join(" "),
    ANSIBLE_SSH_CONTROL_PATH_DIR: controlSockets(settings.home),
    // Each run has its own path, because in an earlier run another machine may have had the same address.
    // Python replaces `%%` by `%` here, before ssh reads the path.
    ANSIBLE_SSH_CONTROL_PATH: withoutTokens(`${withoutTokens(controlSockets(settings.home))}/${connections}-%h-%p`),
    ANSIBLE_FORCE_COLOR: "1",
    ANSIBLE_CALLBACK_PLUGINS: plugins("callback_plugins"),
    // A setting of the operator's ansible.cfg must not keep Ansible from reading the inventory as Muster does.
    ANSIBLE_INVENTORY_ENABLED: "yaml",
    ANSIBLE_COLLECTIONS_PATH: collections(settings.directory),
    [EVENTS_VARIABLE]: events,
    [SECRETS_VARIABLE]: hideSecrets,
    ...(wave !== undefined && {
      [WAVE_VARIABLE]: wave,
      // Sets the default strategy. A playbook can still name its own strategy.
      ANSIBLE_STRATEGY: "muster_wave",
      ANSIBLE_STRATEGY_PLUGINS: plugins("strategy_plugins"),
    }),
  };
}
