/** Tokens, quarantine, groups and variables, with the real program and the real daemon. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { callHome, hostKey } from "../../../support/control.ts";
import { withDaemon } from "../muster.ts";

const own = withDaemon();
const { ask } = own;
const calls = (n: number, token: string, hostname: string) =>
  callHome(own.daemon.url, { ip_address: `127.0.1.${n}`, hostname, token, mac: `52:54:00:00:03:0${n}`, ssh_host_key: hostKey(n) });

test("a token is shown once with the command to run, listed, and revoked", async () => {
  const made = await ask("token", "create", "--ttl", "1h", "--uses", "3");
  assert.match(
    made.out,
    new RegExp(
      `^Run on the machine, as root:\n\n  curl -fsS ${own.daemon.url}/enrol/mt_[0-9a-f]{64} \\| sh\n\nValid for 3 machines, until `,
    ),
  );
  const { out } = await ask("token", "list");
  assert.match(out, /^ID +STATE +USED +FOR +CREATED +EXPIRES\n[0-9a-f]{10} +active +0 of 3 +worker +\d+ s ago by first +20/);
  assert.doesNotMatch(out, /mt_/);
  const [{ id }] = JSON.parse((await ask("token", "list", "--json")).out) as [{ id: string }];
  assert.equal((await ask("token", "revoke", id)).out, `the token ${id} is revoked.\n`);
  const again = await ask("token", "revoke", id);
  assert.deepEqual([again.code, again.out], [1, ""]);
  assert.match(again.err, /no usable token has the id .*\n→ .*muster token list/);
  assert.match((await ask("token", "create", "--node", "n1", "--uses", "2")).err, /^muster: uses: a token for one node works once/);
});

test("a machine in quarantine is listed, shown at the claimed node, and admitted under another name", async () => {
  const { token } = JSON.parse((await ask("token", "create", "--uses", "5", "--json")).out) as { token: string };
  assert.equal((await calls(1, token, "n1")).status, 202);
  assert.equal((await calls(2, token, "n1")).status, 409);
  const listed = await ask("quarantine");
  assert.match(
    listed.out,
    /^ID +CLAIMED NAME +MAC +ADDRESS +STATE +LAST +WHY\n[0-9a-f]{8} +n1 +52:54:00:00:03:02 +127\.0\.1\.2 +open +\d+ s ago, 1 times? +it calls itself n1/,
  );
  assert.match((await ask("nodes")).out, /^n1 +\S+ \(contested\)/m);
  const id = /^([0-9a-f]{8}) /m.exec(listed.out)?.[1] ?? "";
  assert.match((await ask("node", "n1")).out, new RegExp(`kept out +${id}: it calls itself n1`));
  assert.match((await ask("quarantine", "release", id, "--replace")).err, /confirm: repeat the name of the node it replaces, n1/);
  assert.match((await ask("quarantine", "release", id, "--name", "n2")).out, /^n2 is admitted\. Watch it: muster job n2-\S+ --follow\n$/);
  assert.equal((await ask("quarantine")).out, "No machine is in quarantine.\n");
  assert.match((await ask("quarantine", "discard", "nope")).err, /no machine with the id nope is kept out\n→ /);
});

test("groups and variables are set, shown, and checked", async () => {
  assert.equal((await ask("group", "add", "n1", "gpu")).out, "n1 joined the group gpu, by first.\n");
  assert.equal((await ask("var", "set", "--node", "n1", "rack", "4", "--type", "number")).code, 0);
  assert.equal((await ask("var", "set", "--group", "gpu", "note", "{{ lookup('pipe', 'id') }}")).code, 0);
  const { out } = await ask("inventory");
  assert.match(out, /^gpu\n {2}note: "\{\{ lookup\('pipe', 'id'\) \}\}"\n {2}n1/m);
  assert.match(out, /^ {2}n1 {2}ansible_host="127\.0\.1\.1" rack=4$/m);
  const file = join(own.daemon.data, "inventory.yaml");
  assert.match(readFileSync(file, "utf8"), /note: !unsafe "\{\{/);
  assert.match((await ask("inventory", "check")).out, /inventory\.yaml has no problems\.\n$/);

  const refusals: [args: string[], says: RegExp][] = [
    [["var", "set", "--node", "n1", "ansible_connection", "local"], /^muster: key: begins with ansible_; of those only ansible_port/],
    [["var", "set", "--node", "n1", "ansible_port", "70000", "--type", "number"], /^muster: value: .*65535/],
    [["var", "set", "rack", "4"], /^muster: node, group: name one of the two/],
    [["var", "unset", "--group", "gpu", "nope"], /^muster: key: no variable nope is set there/],
    [["var", "set", "--group", "nope", "a", "b"], /no group called nope\n→ .*muster group add/],
    [["group", "add", "n9", "gpu"], /no node has the name .*n9\n→ .*muster nodes/],
    [["group", "add", "n1", "worker_nodes"], /muster promote/],
    [["group", "add", "n1", "All Machines"], /^muster: group: is not a group name/],
  ];
  for (const [args, says] of refusals) {
    const { code, err } = await ask(...args);
    assert.deepEqual([code, says.test(err)], [1, true], `${args.join(" ")}: ${err}`);
  }
  assert.match((await ask("var", "set", "--node", "n1", "rack", "four", "--type", "number")).err, /value: four is not a number/);

  appendFileSync(file, "    strangers:\n      hosts:\n        s1: {}\n");
  const checked = await ask("inventory", "check");
  assert.deepEqual([checked.code, /PROBLEM s1 has no ansible_host: .*\n +→ /.test(checked.out)], [1, true], checked.out);
});
