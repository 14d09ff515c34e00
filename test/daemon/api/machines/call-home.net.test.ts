/** Machines call home to the real control process, many at once and repeatedly. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";
import { bootFilesFor } from "../../../../daemon/netboot/boot-files.ts";
import { callHome, hostKey, type Report, startTestControl, type TestControl } from "../../../support/control.ts";

const KEPT_BY_HAND = `# kept by hand
all:
  children:
    # the boss
    controller_nodes:
      hosts:
        boss:
          ansible_host: 10.0.0.254
    worker_nodes:
      vars:
        flag: yes # really
      hosts:
        # an old friend
        friend:
          ansible_host: 10.0.0.7
`;

async function machine({ newcomer }: TestControl, n: number): Promise<Report> {
  const mac = `52:54:00:00:01:${n.toString(16).padStart(2, "0")}`;
  const { token } = await newcomer(`n${n}`, mac);
  return { ip_address: `127.0.1.${n}`, hostname: `n${n}`, token, mac, ssh_host_key: hostKey(n), facts: { cpus: n, os: "Debian" } };
}

/** A separate process that sends all reports at once when `send` is called. */
function sender(t: TestContext, url: string, reports: Report[]): { ready: Promise<unknown>; send(): Promise<number[]> } {
  const program = `
    const answers = (report) => fetch(${JSON.stringify(`${url}/api/ready-for-provisioning`)}, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(report) }).then(({ status }) => status);
    process.stdin.once("data", async () => {
      console.log(JSON.stringify(await Promise.all(${JSON.stringify(reports)}.map(answers))));
      process.exit();
    });
    console.error("ready");`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "pipe"] });
  t.after(() => child.kill());
  const output = text(child.stdout);
  return {
    ready: new Promise((resolve) => child.stderr.once("data", resolve)),
    send: async () => {
      child.stdin.write("go\n");
      return JSON.parse(await output);
    },
  };
}

test("50 call-homes at once from 5 processes make 50 hosts and 50 jobs, and lose nothing that was there", async (t) => {
  const control = await startTestControl(t, { inventory: KEPT_BY_HAND });
  const { client, data, url } = control;
  const reports: Report[] = [];
  for (let n = 1; n <= 50; n++) reports.push(await machine(control, n));
  const senders = [0, 1, 2, 3, 4].map((at) => sender(t, url, reports.slice(at * 10, at * 10 + 10)));
  await Promise.all(senders.map(({ ready }) => ready));
  const statuses = (await Promise.all(senders.map(({ send }) => send()))).flat();
  assert.deepEqual(statuses, Array(50).fill(202));

  const hosts = new Inventory(data.inventory).hosts();
  assert.equal(hosts.get("friend"), "10.0.0.7");
  assert.deepEqual(
    [...hosts].filter(([name]) => name !== "friend" && name !== "boss").sort(),
    reports.map(({ hostname, ip_address }) => [hostname, ip_address]).sort(),
  );
  const written = readFileSync(data.inventory, "utf8");
  for (const line of KEPT_BY_HAND.split("\n")) assert.ok(written.includes(line), line);
  assert.equal(statSync(data.inventory).mode & 0o777, 0o600, "as private as the operator made it");

  const jobs = await client.listJobs({ limit: 1000 });
  assert.equal(jobs.length, 50);
  assert.equal(new Set(jobs.map(({ nodeId }) => nodeId)).size, 50);
  assert.ok(jobs.every(({ status }) => status === "queued"));
  assert.equal(readFileSync(data.knownHosts, "utf8").trimEnd().split("\n").length, 50);
  assert.equal(Object.keys(await client.provisioningStatuses()).length, 50);

  await t.test("Ansible reads the same", { skip: existsSync("/usr/bin/ansible-inventory") ? false : "ansible is not installed" }, () => {
    const { stdout, stderr, status } = spawnSync("/usr/bin/ansible-inventory", ["-i", data.inventory, "--list"], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const list = JSON.parse(stdout);
    assert.equal(list.worker_nodes.hosts.length, 51);
    assert.deepEqual(list.controller_nodes.hosts, ["boss"]);
    assert.equal(list._meta.hostvars.n17.ansible_host, "127.0.1.17");
  });
});

test("one machine that calls 20 times at once gets one job", async (t) => {
  const control = await startTestControl(t);
  const report = await machine(control, 1);
  const answers = await Promise.all(Array.from({ length: 20 }, () => callHome(control.url, report)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, ...Array(19).fill(409)]);
  assert.equal((await control.client.listJobs({})).length, 1);
});

test("a repeated call-home is refused while its job runs, is answered with this job later, and starts no other job", async (t) => {
  const control = await startTestControl(t);
  const { client, url, data } = control;
  const report = await machine(control, 1);
  const first = await callHome(url, report);
  assert.equal(first.status, 202);
  assert.equal(first.body.message, "Accepted provisioning request for n1. Ansible playbook started.");
  const again = await callHome(url, report);
  assert.equal(again.status, 409);
  assert.equal(again.body.message, "Provisioning for n1 is already in progress.");
  const status = await client.provisioningStatus({ hostname: "n1" });
  assert.equal(status.status, "running");
  assert.equal(status.job_id, first.body.job_id);

  await client.cancelJob({ id: String(first.body.job_id) });
  const before = readFileSync(data.inventory, "utf8");
  const late = await callHome(url, report);
  assert.equal(late.status, 202, "its answer may have got lost");
  assert.equal(late.body.job_id, first.body.job_id);
  assert.equal((await client.listJobs({})).length, 1);
  assert.equal(readFileSync(data.inventory, "utf8"), before);
});

test("a spent token is good for exactly what it was spent on", async (t) => {
  const control = await startTestControl(t);
  const { client, url } = control;
  const report = await machine(control, 1);
  const { body } = await callHome(url, report);
  await client.cancelJob({ id: String(body.job_id) });
  for (const changed of [{ ip_address: "127.0.9.9" }, { ssh_host_key: hostKey("another") }]) {
    const { status, body: refusal } = await callHome(url, { ...report, ...changed });
    assert.equal(status, 401);
    assert.equal(refusal.message, "token: this token has been used already");
  }
  for (const file of bootFilesFor("image", "trixie")) {
    mkdirSync(dirname(join(control.data.assets, file)), { recursive: true });
    writeFileSync(join(control.data.assets, file), "");
  }
  await client.armNode({ node: "n1", confirm: "n1" });
  assert.equal((await callHome(url, report)).status, 401, "it belongs to the system that is about to be replaced");
  await client.disarmNode({ node: "n1" });
  await client.retireNode({ node: "n1", confirm: "n1" });
  assert.equal((await callHome(url, report)).status, 401, "it left the fleet");
  assert.equal((await client.listJobs({})).length, 1);
  assert.equal(new Inventory(control.data.inventory).hosts().size, 0);
});

test("a machine that comes back with a new token and another address is found there", async (t) => {
  const control = await startTestControl(t);
  const { client, url, data } = control;
  const report = await machine(control, 1);
  const { body } = await callHome(url, report);
  await client.cancelJob({ id: String(body.job_id) });
  const { token } = await client.createToken({ node: "n1" });
  const again = await callHome(url, { ...report, token, ip_address: "127.0.2.1", ssh_host_key: hostKey("new") });
  assert.equal(again.status, 202);
  assert.notEqual(again.body.job_id, body.job_id);
  assert.deepEqual([...new Inventory(data.inventory).hosts()], [["n1", "127.0.2.1"]]);
  assert.equal(readFileSync(data.knownHosts, "utf8"), `127.0.2.1 ${hostKey("new")}\n`);
});

test("an address that went to another machine is no longer the first one's", async (t) => {
  const control = await startTestControl(t);
  const { client, url, data } = control;
  const [one, two] = [await machine(control, 1), await machine(control, 2)];
  await callHome(url, one);
  assert.equal((await callHome(url, { ...two, ip_address: one.ip_address })).status, 202);
  assert.deepEqual([...new Inventory(data.inventory).hosts()], [["n2", one.ip_address]]);
  assert.equal(readFileSync(data.knownHosts, "utf8"), `${one.ip_address} ${two.ssh_host_key}\n`);
  const first = await client.getNode({ node: "n1" });
  assert.equal(first.address, undefined);
  assert.equal(first.lastEvent?.summary, `its address ${one.ip_address} now belongs to n2`);
});
