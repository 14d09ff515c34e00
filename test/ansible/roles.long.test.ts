/** The playbook and its roles on a real Debian: they work, a second run changes nothing, and they report missing things. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Machine, noMachine, startMachine, twice } from "./machine.ts";

let machine: Machine;
before(async () => {
  if (!noMachine) machine = await startMachine();
});
after(() => machine?.stop());

const controlNodeGets = (url: string) => machine.network.run("curl", ["-sf", "-m", "3", url]);

test("a machine that lacks something is left as it is, and told what it lacks in one line each", { skip: noMachine }, async () => {
  const variables = {
    preflight_disk_mb: { "/": 99_999_999 },
    preflight_memory_mb: 9_999_999,
    preflight_python: "9.1",
    preflight_free_ports: [22],
  };
  const run = await machine.configure(variables);
  assert.equal(run.code, 2);
  assert.equal(run.counts.changed, 0);
  const [reason = ""] = run.reasons;
  assert.match(reason, /^Nothing was changed\. Only \d+ MB are free in \/, and 99999999 are needed\. Free some space there/);
  assert.match(reason, /has \d+ MB of memory, and 9999999 are needed/);
  assert.match(reason, /Python is 3\.\d+, and 9\.1 is needed/);
  assert.match(reason, /listens on TCP port 22\b/);
  assert.doesNotMatch(reason, /clock|writable/);
  assert.equal(await machine.ssh("ls /etc/sudoers.d"), "README\n");
});

test("the updates stop before the first change on a machine that lacks something", { skip: noMachine }, async () => {
  const full = await machine.run("update.yaml", { preflight_disk_mb: { "/": 99_999_999 } });
  assert.equal(full.code, 2, full.output);
  assert.equal(full.counts.changed, 0);
  assert.match(full.reasons[0] ?? "", /^Nothing was changed\. Only \d+ MB are free in \//);
  assert.doesNotMatch(full.output, /Install updates/);
  const fit = await machine.run("update.yaml", {});
  assert.equal(fit.code, 0, fit.output);
  assert.match(fit.output, /Install updates/);
});

test("by default a machine gets what every node has, and nothing that was not asked for", { skip: noMachine }, async () => {
  await twice(machine, {});
  assert.match(await machine.ssh("cat /etc/motd"), /managed by Muster/);
  assert.equal(await machine.ssh("ls /etc/muster /etc/ssh/sshd_config.d 2>/dev/null || true"), "/etc/ssh/sshd_config.d:\n10-muster.conf\n");
});

test("metrics are answered, and only at the address that was named", { skip: noMachine }, async () => {
  await twice(machine, { metrics_listen: `${machine.address}:9101` }, ["metrics"]);
  assert.match(await controlNodeGets(`http://${machine.address}:9101/metrics`), /^node_memory_MemTotal_bytes /m);
  await assert.rejects(machine.ssh("curl -sf -m 3 http://127.0.0.1:9101/metrics"));
});

test("a token is handed out once, also when the call home has used it up", { skip: noMachine }, async () => {
  const variables = { call_home_url: "http://10.77.0.1:8081", call_home_token: "a-token-of-this-test", call_home_mac: "52:54:00:c1:00:01" };
  await twice(machine, variables, ["call_home"]);
  const written = JSON.parse(await machine.ssh("cat /etc/muster/call-home.json"));
  assert.deepEqual(written, { url: "http://10.77.0.1:8081", token: "a-token-of-this-test", mac: "52:54:00:c1:00:01" });
  assert.equal(await machine.ssh("stat -c %a /etc/muster/call-home.json; systemctl is-enabled muster-call-home.service"), "600\nenabled\n");
  await machine.ssh("rm /etc/muster/call-home.json; systemctl disable --quiet muster-call-home.service");
  const run = await machine.configure(variables, ["call_home"]);
  assert.equal(run.counts.changed, 0, run.output);
});

test("a machine without a default route is not handed a token that nobody could use, and is told what to set", {
  skip: noMachine,
}, async () => {
  const run = await machine.configure({ call_home_url: "http://10.77.0.1:8081", call_home_token: "another-token" }, ["call_home"]);
  assert.equal(run.code, 2, run.output);
  assert.match(run.reasons[0] ?? "", /No network card has the default route.*Nothing was installed\. Set call_home_mac/s);
  const misspelt = await machine.configure(
    { call_home_url: "http://10.77.0.1:8081", call_home_token: "another-token", call_home_mac: "52-54" },
    ["call_home"],
  );
  assert.match(misspelt.reasons[0] ?? "", /^52-54 is not a MAC address\. Nothing was installed/);
  await assert.rejects(machine.ssh("test -e /etc/muster/call-home.json"));
});

test("the playbook applies the roles the inventory names, each of them", { skip: noMachine }, async () => {
  const run = await machine.configure({ muster_roles: ["ssh_hardening", "metrics"], metrics_listen: ":9100" });
  assert.equal(run.code, 0, run.output);
  assert.match(await machine.ssh("sshd -T"), /^maxauthtries 3$/m);
  assert.match(await machine.ssh("curl -sf -m 3 http://127.0.0.1:9100/metrics"), /^node_load1 /m);
});
