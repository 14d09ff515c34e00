/** Hostile machines with a valid token call home to the real control process. Then Ansible reads the result and runs nothing of it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { RunRequest } from "../../../../daemon/contract/jobs/run-messages.ts";
import { ansibleCommand } from "../../../../daemon/executor/runs/ansible.ts";
import { callHome, hostKey, type Report, startTestControl } from "../../../support/control.ts";

const missing = ["/usr/bin/ansible-playbook", "/usr/bin/ansible-inventory"].find((program) => !existsSync(program));

/** Each creates the file `trap` if a program evaluates it. */
const commands = (trap: string): string[] => [
  `{{ lookup('pipe', 'touch ${trap}') }}`,
  `{{ lookup("pipe", "touch ${trap}") }}`,
  `{% set x = lookup('pipe', 'touch ${trap}') %}`,
  `{{ query('pipe', 'touch ${trap}') }}`,
  `{{ ''.__class__.__mro__[1].__subclasses__() }}`,
  `{# #}{{ lookup('file', '/etc/passwd') }}`,
  `$(touch ${trap})`,
  `\`touch ${trap}\``,
  `; touch ${trap} #`,
  `n1 && touch ${trap}`,
  `-oProxyCommand=touch ${trap}`,
  `--extra-vars=@${trap}`,
  "@/etc/passwd",
  "!unsafe x",
  `!!python/object/apply:os.system ["touch ${trap}"]`,
  "*",
  "&worker_nodes",
  "!n1",
  "~.*",
  "n[1:9]",
  "n1:n2",
  "n1\n        ansible_connection: local",
  `n1: {ansible_ssh_common_args: "-o ProxyCommand='touch ${trap}'"}`,
];

const fields = ["hostname", "ip_address", "mac", "ssh_host_key"] as const;

test("nothing of what hostile machines send is written, and Ansible runs nothing of it", {
  skip: missing ? `${missing} is not installed` : false,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-hostile-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const traps = join(folder, "traps");
  const { url, data, client } = await startTestControl(t, { inventory: "all:\n  children:\n    worker_nodes:\n      hosts: {}\n" });
  const { token } = await client.createToken({ uses: 1000 });
  const good = (n: number): Report => ({
    ip_address: `127.0.5.${n}`,
    hostname: `n${n}`,
    token,
    mac: `52:54:00:00:05:0${n}`,
    ssh_host_key: hostKey(n),
  });
  assert.equal((await callHome(url, good(1))).status, 202);
  const before = [readFileSync(data.inventory, "utf8"), readFileSync(data.knownHosts, "utf8")];

  const hostile = commands(`${traps}-made`);
  let sent = 0;
  for (const text of hostile) {
    for (const field of fields) {
      const { status, body } = await callHome(url, { ...good(2), [field]: text });
      assert.equal(status, 400, `${field}: ${text}: ${JSON.stringify(body)}`);
      sent += 1;
    }
    const { status } = await callHome(url, { ...good(2), token: text });
    assert.ok(status === 400 || status === 401, text);
    assert.equal((await callHome(url, { ...good(2), ansible_connection: text })).status, 400);
  }
  assert.ok(sent >= 30);
  assert.deepEqual([readFileSync(data.inventory, "utf8"), readFileSync(data.knownHosts, "utf8")], before);
  assert.deepEqual(
    (await client.listNodes()).map(({ name }) => name),
    ["n1"],
  );

  // Facts of a machine may contain any text. Control shows them and passes them to no other program.
  const facts = { cpu: hostile[0], product: hostile[2], serial: hostile[6], disks: [{ name: hostile[1], sizeGb: 1 }], nics: [] };
  assert.equal((await callHome(url, { ...good(3), facts })).status, 202);
  assert.equal((await client.getNode({ node: "n3" })).facts.cpu, hostile[0]);

  const play = join(folder, "play.yaml");
  const tasks = '  tasks:\n    - debug: { var: "hostvars[inventory_hostname]" }\n    - command: /bin/true\n';
  writeFileSync(play, `- hosts: all\n  gather_facts: false\n  connection: local\n${tasks}`);
  const listed = spawnSync("ansible-inventory", ["-i", data.inventory, "--list"], { encoding: "utf8" });
  const played = spawnSync("ansible-playbook", ["-i", data.inventory, play], { encoding: "utf8" });
  assert.deepEqual([listed.status, listed.stderr, played.status], [0, "", 0], played.stdout + played.stderr);
  assert.deepEqual(Object.keys(JSON.parse(listed.stdout)._meta.hostvars), ["n1", "n3"]);
  assert.match(played.stdout, /n1 +: ok=2[\s\S]*n3 +: ok=2/);
  for (const text of ["pipe", "touch", "ProxyCommand"])
    assert.ok(!readFileSync(data.inventory, "utf8").includes(text) && !played.stdout.includes(text), text);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("traps")),
    [],
  );
});

test("no name that means more than one host reaches Ansible's command line", () => {
  const request = (node: string) => ({
    type: "run",
    members: [{ jobId: "n1-1", attempt: 1, node }],
    playbook: "playbook.yaml",
    deadlineSeconds: 60,
  });
  for (const name of [...commands("/tmp/never"), "all", "localhost", "n1,n2", ""])
    assert.equal(RunRequest.safeParse(request(name)).success, false, name);
  const settings = { directory: "/a", inventory: "/i", knownHosts: "/k", home: "/h" };
  assert.ok(ansibleCommand(RunRequest.parse(request("n1")), settings).args.includes("--limit=n1"));
});
