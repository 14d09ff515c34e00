/** The roles that could lock out every user: they close what they should, and the node stays reachable with every setting. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Machine, noMachine, startMachine, twice } from "./machine.ts";

let machine: Machine;
before(async () => {
  if (!noMachine) machine = await startMachine();
});
after(() => machine?.stop());

async function reachableAgain(limitSeconds: number): Promise<void> {
  for (const deadline = Date.now() + limitSeconds * 1000; ; await sleep(2000)) {
    try {
      await machine.ssh("true");
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const pending = () => machine.ssh("systemctl list-timers --all --plain --no-legend 'muster-undo-*'");
const controlNodeGets = (url: string) => machine.network.run("curl", ["-sf", "-m", "3", url]);

test("the SSH server takes the hardened options, and the inventory's over those", { skip: noMachine }, async () => {
  await twice(machine, { ssh_hardening_extra: { MaxAuthTries: 4, AllowTcpForwarding: false } }, ["ssh_hardening"]);
  const options = await machine.ssh("sshd -T");
  for (const option of ["passwordauthentication no", "x11forwarding no", "logingracetime 30", "maxauthtries 4", "allowtcpforwarding no"])
    assert.match(options, new RegExp(`^${option}$`, "m"));
  assert.equal(await pending(), "");
});

test("a misspelt option is refused by name, and the server keeps the old ones", { skip: noMachine }, async () => {
  const before = await machine.ssh("sshd -T");
  const run = await machine.configure({ ssh_hardening_extra: { PermitRootLogon: "no" } }, ["ssh_hardening"]);
  assert.equal(run.code, 2, run.output);
  assert.match(run.reasons.at(-1) ?? "", /keeps its old options.*Bad configuration option: PermitRootLogon/s);
  assert.equal(await machine.ssh("sshd -T"), before);
  assert.equal(await pending(), "");
});

test("options that let nobody in are taken back by the node itself", { skip: noMachine }, async () => {
  const before = await machine.ssh("sshd -T");
  const run = await machine.configure({ ssh_hardening_extra: { AllowUsers: "nobody" }, ssh_hardening_undo_seconds: 20 }, ["ssh_hardening"]);
  assert.equal(run.counts.unreachable, 1, run.output);
  await reachableAgain(60);
  assert.equal(await machine.ssh("sshd -T"), before);
});

test("the firewall lets in SSH and what is named, and nothing else", { skip: noMachine }, async () => {
  for (const port of [8000, 9101]) await machine.ssh(`systemd-run --quiet --unit=web-${port} python3 -m http.server ${port}`);
  await twice(machine, { firewall_ssh_from: ["192.0.2.0/24"], firewall_allow: [{ port: "9101", from: ["10.77.0.0/16"] }] }, ["firewall"]);
  await controlNodeGets(`http://${machine.address}:9101/`);
  await machine.ssh("curl -sf -m 3 http://127.0.0.1:8000/ >/dev/null");
  await assert.rejects(controlNodeGets(`http://${machine.address}:8000/`), /curl ended with 28/);
  assert.equal(await machine.ssh("systemctl is-enabled muster-firewall.service"), "enabled\n");
  assert.equal(await pending(), "");
});

test("a rule that is none is refused, and the old rules stay in force", { skip: noMachine }, async () => {
  const before = await machine.ssh("nft list ruleset");
  const run = await machine.configure({ firewall_allow: [{ port: "none" }] }, ["firewall"]);
  assert.equal(run.code, 2, run.output);
  assert.match(run.reasons.at(-1) ?? "", /keeps its old rules/);
  assert.equal(await machine.ssh("nft list ruleset"), before);
  assert.equal(await pending(), "");
});
