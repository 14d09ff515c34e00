/** The paths of a data folder as ssh and Ansible's own code read them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { ansibleEnvironment } from "../../../../daemon/executor/runs/ansible.ts";
import { canShareConnections, sshOption, withoutTokens } from "../../../../daemon/executor/runs/ssh-path.ts";

const ssh = "/usr/bin/ssh";
const python = "/usr/bin/python3";

/** The settings that ssh reads from the environment of a run. The Python lines are those of Ansible's ssh plugin. */
function readBySsh(root: string): Record<string, string> {
  const settings = { directory: "/tmp", inventory: "/dev/null", knownHosts: `${root}/known_hosts`, home: `${root}/executor` };
  const env = ansibleEnvironment(settings, { events: "/dev/null" }, "0123abcd");
  const split = `
import json, os, shlex
args = shlex.split(os.environ["ANSIBLE_SSH_ARGS"])
args += ["-o", 'IdentityFile="' + os.path.expanduser(os.environ["ANSIBLE_PRIVATE_KEY_FILE"]) + '"']
control = os.environ["ANSIBLE_SSH_CONTROL_PATH"] % dict(directory=os.environ["ANSIBLE_SSH_CONTROL_PATH_DIR"])
print(json.dumps(args + ["-o", 'ControlPath="%s"' % control]))`;
  const args = JSON.parse(execFileSync(python, ["-c", split], { env, encoding: "utf8" })) as string[];
  const said = execFileSync(ssh, ["-F", "/dev/null", "-G", ...args, "10.0.0.9"], { encoding: "utf8" });
  return Object.fromEntries(said.split("\n").map((line) => [line.split(" ")[0], line.slice(line.indexOf(" ") + 1)]));
}

const skip = existsSync(ssh) && existsSync(python) ? false : "ssh or python3 is not installed";
for (const root of ["/srv/muster", "/srv/my data", "/srv/50%host", "/srv/%h %d%%", "/srv/a,b;c#d", "/srv/ünï (1)"])
  test(`ssh finds its files in ${root}`, { skip }, () => {
    const read = readBySsh(root);
    // ssh prints some paths before it replaces `%%`, and others afterwards.
    const means = (read: string | undefined, path: string) =>
      assert.ok([path, withoutTokens(path)].includes(read?.replaceAll('"', "") ?? ""), read);
    means(read.userknownhostsfile, `${root}/known_hosts`);
    means(read.identityfile, `${root}/executor/id_ed25519`);
    means(read.controlpath, `${root}/executor/cp/0123abcd-10.0.0.9-22`);
    assert.equal(read.controlmaster, "auto");
  });

test("with a long path each task opens its own connection", { skip }, () => {
  const home = (length: number) => `/${"x".repeat(length - 1)}`;
  assert.equal(readBySsh(home(40)).controlmaster, "auto");
  for (const length of [50, 59, 78]) assert.equal(readBySsh(home(length)).controlmaster, "false");
  assert.ok(!canShareConnections(`/${"ü".repeat(35)}`), "the limit counts bytes");
});

test("the value of an option is one word with no token", () => {
  assert.equal(sshOption("ControlPath", "/a b/%h"), 'ControlPath="/a b/%%h"');
});
