/**
 * Explains the messages of Ansible and OpenSSH, and gives the operator advice. The first matching row is used. All functions
 * in this file are pure.
 */

export type Trouble =
  | "host-key-changed"
  | "host-key-unknown"
  | "login-refused"
  | "unreachable"
  | "package-lock"
  | "disk-full"
  | "sudo"
  | "python-missing"
  | "undefined-variable"
  | "bad-yaml"
  | "vault-password"
  | "missing-collection"
  | "missing-role"
  | "no-host";

export interface JobHint {
  trouble: Trouble;
  hint: string;
}

/** Special messages are listed before general messages, because Ansible reports every SSH failure as "unreachable". */
const rows: [Trouble, RegExp, string][] = [
  [
    "host-key-changed",
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for \S{1,300} has changed/i,
    "The machine shows another SSH host key than at its call-home. First read `muster quarantine`. If the system was " +
      "reinstalled by other means, run `muster token create --node NAME` and let the machine call home again. Its disk stays as it is.",
  ],
  [
    "host-key-unknown",
    /host key is known|Host key verification failed|load_hostkeys|hostkeys_foreach|known_hosts\S{0,200}: (?:No such|Permission)/i,
    "ssh found no host key of this machine in Muster's file known_hosts, so the machine itself may be in order. Check with " +
      "`muster doctor` that the executor can read the file known_hosts in the data folder. If the node never called home, run " +
      "`muster token create --node NAME` and let it call home.",
  ],
  [
    "login-refused",
    /Permission denied \((?:publickey|password|keyboard)/i,
    "The node does not accept the executor's key. Install the node again, or add the key in executor/id_ed25519.pub to root's authorized_keys.",
  ],
  [
    "sudo",
    /sudo: a (?:terminal|password) is required|Missing sudo password|sudo: not found|incorrect sudo password|is not in the sudoers file/i,
    "The login user may not become root on the node. Install sudo, and allow that user to use it without a password.",
  ],
  [
    "package-lock",
    /could not get lock|unable to lock|frontend lock was locked|unable to acquire the dpkg|is another process using it/i,
    "Another package manager is running on the node. Run the job again when it has finished.",
  ],
  [
    "disk-full",
    /unexpected failure during module execution:? \[Errno 28\]/i,
    "The disk of the control node, with Muster's data folder, is full. Free some space, then run the job again.",
  ],
  ["disk-full", /no space left on device|disk quota exceeded/i, "The disk of the node is full. Free some space, then run the job again."],
  [
    "python-missing",
    /you probably need to set the interpreter|python[\w.]{0,20}: (?:command )?not found|python[\w.]{0,20}: no such file or directory|No python interpreters found/i,
    "Ansible finds no Python on the node. Install python3 there, or set ansible_python_interpreter in the inventory.",
  ],
  [
    "vault-password",
    /no vault secrets (?:were )?found|A vault password (?:must be specified|or secret must be)|Decryption failed \(no vault secrets|vault password file \S+ was not found/i,
    "Ansible needs a vault password. In your Ansible folder, set vault_password_file in ansible.cfg to a file that only the executor can read.",
  ],
  [
    "missing-collection",
    /couldn't resolve module\/action|unable to locate collection|the collection \S+ was not found/i,
    "The playbook uses a module or collection that Muster's runs do not find. Check its name, or install its collection with " +
      "`ansible-galaxy collection install -p FOLDER/collections NAME`. FOLDER is the folder in `jobs.ansible.directory`. " +
      "Collections in the home of a user are not used.",
  ],
  [
    "missing-role",
    /the role '[^']*' was not found/i,
    "The playbook uses a role that is not in the roles folder next to it. Check the name of the role.",
  ],
  [
    "undefined-variable",
    /is undefined|undefined variable|object' has no attribute/i,
    "The playbook uses a variable without a value. Set it in the inventory or in the defaults of the role.",
  ],
  [
    "bad-yaml",
    /Syntax Error while loading YAML|YAML parsing failed|could not find expected|did not find expected|mapping values are not allowed/i,
    "A playbook or role is not valid YAML. The output names the file and the line.",
  ],
  [
    "no-host",
    /could not match supplied host pattern|no hosts matched|leaves us with no hosts|does not match any hosts/i,
    "The playbook has no play for this node. Compare its `hosts:` with the groups in inventory.yaml.",
  ],
  [
    "unreachable",
    /connection timed out|no route to host|connection refused|connection reset|connection closed|network is unreachable|could not resolve hostname|broken pipe|can be reached over ssh|unreachable/i,
    "Check that the machine is on and that its address is still the same, with `muster node <name>`.",
  ],
];

export function hintFor(text: string): JobHint | undefined {
  const row = rows.find(([, pattern]) => pattern.test(text));
  return row && { trouble: row[0], hint: row[2] };
}
