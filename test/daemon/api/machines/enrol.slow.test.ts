/** Machines installed by other means enrol with tokens at the real control process. They are admitted, recognised or quarantined. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";
import { callHome, hostKey, type Report, startTestControl, type TestControl } from "../../../support/control.ts";

const report = (n: number, token: string, more: Partial<Report> = {}): Report => ({
  ip_address: `127.0.1.${n}`,
  hostname: `n${n}`,
  token,
  mac: `52:54:00:00:02:0${n}`,
  ssh_host_key: hostKey(n),
  ...more,
});

const told = ({ client }: TestControl) =>
  client
    .listEvents({})
    .then((events) =>
      events.filter(({ source, type }) => source === "control" && /^(node|quarantine)\./.test(type)).map(({ type }) => type),
    );

/** Starts control with n1 enrolled and without a live job. */
async function withFirst(t: TestContext) {
  const control = await startTestControl(t);
  const { token } = await control.client.createToken({ uses: 5 });
  const first = await callHome(control.url, report(1, token));
  assert.equal(first.status, 202);
  await control.client.cancelJob({ id: String(first.body.job_id) });
  return { control, token, client: control.client, url: control.url };
}

test("a token admits as many machines as it allows, each once, and shows its creator and its uses", async (t) => {
  const { client, url, data } = await startTestControl(t);
  const { token, id, install, ...made } = await client.createToken({ ttlSeconds: 3600, uses: 2 });
  assert.equal(install, `curl -fsS ${url}/enrol/${token} | sh`);
  assert.deepEqual([made.state, made.used, made.uses, made.createdBy], ["active", 0, 2, "first"]);
  for (const n of [1, 2]) assert.equal((await callHome(url, report(n, token))).status, 202);
  const third = await callHome(url, report(3, token));
  assert.deepEqual([third.status, third.body.message], [401, "token: this token has been used already"]);
  // A machine repeats its call if the answer was lost.
  assert.equal((await callHome(url, report(1, token))).status, 409);

  const [listed] = await client.listTokens();
  assert.deepEqual([listed?.id, listed?.state, listed?.used], [id, "used-up", 2]);
  assert.deepEqual(
    (await client.listNodes()).map(({ name, macs, state }) => [name, macs, state.phase]),
    [1, 2].map((n) => [`n${n}`, [`52:54:00:00:02:0${n}`], "configuring"]),
  );
  assert.deepEqual([...new Inventory(data.inventory).hosts().keys()], ["n1", "n2"]);
  assert.ok(!readFileSync(data.database).includes(token));
  assert.ok(!JSON.stringify(await client.listEvents({})).includes(token.slice(3)));
});

test("of nine machines that come at once with a token for three, three are in", async (t) => {
  const { client, url, data } = await startTestControl(t);
  const { token } = await client.createToken({ uses: 3 });
  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => callHome(url, report(n, token))));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 202, 202, 401, 401, 401, 401, 401, 401]);
  assert.deepEqual(
    [(await client.listNodes()).length, new Inventory(data.inventory).hosts().size, (await client.listTokens())[0]?.used],
    [3, 3, 3],
  );
});

test("a token may make controllers, and one that was revoked or has expired admits no machine", async (t) => {
  const { client, url, data } = await startTestControl(t);
  const boss = await client.createToken({ role: "controller" });
  assert.equal((await callHome(url, report(1, boss.token))).status, 202);
  assert.deepEqual([...new Inventory(data.inventory).hosts("controller_nodes")], [["n1", "127.0.1.1"]]);
  assert.equal(new Inventory(data.inventory).hosts("worker_nodes").size, 0);

  const gone = await client.createToken({});
  await client.revokeToken({ id: gone.id });
  const refused = await callHome(url, report(2, gone.token));
  assert.deepEqual([refused.status, refused.body.message], [401, "token: this token was revoked"]);
  await assert.rejects(client.revokeToken({ id: gone.id }), { code: "TOKEN_NOT_FOUND" });
  for (const token of [gone.token, "mt_nobody"]) assert.equal((await fetch(`${url}/enrol/${token}`)).status, 401);
  assert.equal((await client.listNodes()).length, 1);
});

test("a machine that is known is found under its new address and its new name, with its variables", async (t) => {
  const { control, token, client, url } = await withFirst(t);
  const { inventory } = control.data;
  appendFileSync(inventory, "    rack4:\n      hosts:\n        n1: # at the window\n          shelf: 3\n");
  const again = await callHome(url, report(1, token, { ip_address: "127.0.9.1", hostname: "db1" }));
  assert.equal(again.status, 202, JSON.stringify(again.body));
  const [node, ...others] = await client.listNodes();
  assert.deepEqual([node?.name, node?.address, others.length], ["db1", "127.0.9.1", 0]);
  assert.deepEqual([...new Inventory(inventory).hosts()], [["db1", "127.0.9.1"]]);
  assert.match(readFileSync(inventory, "utf8"), /rack4:\n {6}hosts:\n {8}db1:\s+# at the window\n {10}shelf: 3\n/);
  const { summary } = (await client.nodeEvents({ node: "db1" })).findLast(({ type }) => type === "node.called-home") ?? {};
  assert.equal(summary, "called home from 127.0.9.1; is called db1 now, before n1");
});

test("a second machine with a name or MAC address that is taken is kept out and shown; the first is left as it was", async (t) => {
  const { control, token, client, url } = await withFirst(t);
  const { inventory, knownHosts } = control.data;
  const files = () => [inventory, knownHosts].map((file) => readFileSync(file, "utf8"));
  const before = { files: files(), node: await client.getNode({ node: "n1" }) };
  const rivals = [
    report(2, token, { hostname: "n1" }),
    report(1, token, { hostname: "n2", ip_address: "127.0.1.2", ssh_host_key: hostKey(2) }),
  ];
  for (const rival of rivals) {
    for (let tries = 0; tries < 3; tries++) {
      const { status, body } = await callHome(url, rival);
      assert.equal(status, 409);
      assert.match(String(body.message), /^this machine is kept out until an operator decides \([0-9a-f]{8}\)/);
      assert.ok(!JSON.stringify(body).includes(report(1, token).mac.slice(-5)), "it learns nothing of the other");
    }
  }
  assert.deepEqual(files(), before.files);
  const { claims, lastEvent, updatedAt: _, ...node } = await client.getNode({ node: "n1" });
  assert.deepEqual({ ...node, lastEvent: before.node.lastEvent, updatedAt: before.node.updatedAt }, before.node);
  assert.equal(lastEvent?.type, "node.contested");
  const kept = await client.listQuarantine({});
  assert.deepEqual(
    kept.map(({ name, mac, node: of, tries, state }) => [name, mac, of, tries, state]),
    [
      ["n2", "52:54:00:00:02:01", "n1", 3, "open"],
      ["n1", "52:54:00:00:02:02", "n1", 3, "open"],
    ],
  );
  assert.deepEqual(claims?.map(({ id }) => id).sort(), kept.map(({ id }) => id).sort());
  assert.equal((await told(control)).filter((type) => type === "node.contested").length, 2, "once for each, not for each try");
  const [{ used } = { used: -1 }] = await client.listTokens();
  assert.equal(used, 1, "a quarantined machine has not used the token");
});

test("a quarantined machine is admitted under another name, and its next call is answered as for any node", async (t) => {
  const { control, token, client, url } = await withFirst(t);
  const rival = report(2, token, { hostname: "n1" });
  await callHome(url, rival);
  const [claim] = await client.listQuarantine({});
  await assert.rejects(client.releaseQuarantine({ id: claim!.id }), { code: "NODE_NAME_TAKEN" });
  const { node, job } = await client.releaseQuarantine({ id: claim!.id, name: "n2" });
  assert.deepEqual([node.name, node.macs, job.nodeName], ["n2", [rival.mac], "n2"]);
  assert.equal((await callHome(url, rival)).body.message, "Provisioning for n2 is already in progress.");
  await client.cancelJob({ id: job.id });
  assert.equal((await callHome(url, rival)).status, 202);
  assert.deepEqual(
    [...new Inventory(control.data.inventory).hosts()],
    [
      ["n1", "127.0.1.1"],
      ["n2", "127.0.1.2"],
    ],
  );
  assert.deepEqual(await client.listQuarantine({}), []);
  assert.equal((await client.listQuarantine({ all: "true" }))[0]?.state, "released");
});

test("a quarantined machine replaces the node it claims to be, when the operator repeats its name", async (t) => {
  const { control, token, client, url } = await withFirst(t);
  await callHome(url, report(2, token, { hostname: "n1" }));
  const [claim] = await client.listQuarantine({});
  await assert.rejects(client.releaseQuarantine({ id: claim!.id, replace: true }), { code: "REQUEST_INVALID" });
  const { node } = await client.releaseQuarantine({ id: claim!.id, replace: true, confirm: "n1" });
  assert.deepEqual([node.name, node.macs, node.address, node.claims], ["n1", ["52:54:00:00:02:02"], "127.0.1.2", undefined]);
  assert.equal(readFileSync(control.data.knownHosts, "utf8"), `127.0.1.2 ${hostKey(2)}\n`);
  assert.equal((await client.listNodes()).length, 1);
});

test("a discarded machine stays out without a new claim, until the operator releases it", async (t) => {
  const { control, token, client, url } = await withFirst(t);
  const rival = report(2, token, { hostname: "n1" });
  await callHome(url, rival);
  const [claim] = await client.listQuarantine({});
  await client.discardQuarantine({ id: claim!.id });
  const { status, body } = await callHome(url, rival);
  assert.equal(status, 409);
  assert.match(String(body.message), /^an operator has rejected this machine/);
  assert.deepEqual([await client.listQuarantine({}), (await client.getNode({ node: "n1" })).claims], [[], undefined]);
  assert.deepEqual((await told(control)).slice(-2), ["node.contested", "quarantine.discarded"]);
  assert.equal((await client.releaseQuarantine({ id: claim!.id, name: "n2" })).node.name, "n2");
});

test("a name that others gave to a host or group of the inventory is not for a machine to take", async (t) => {
  const inventory = "all:\n  children:\n    controller_nodes:\n      hosts:\n        boss:\n          ansible_host: 127.0.0.254\n";
  const { client, url, data } = await startTestControl(t, { inventory });
  const { token } = await client.createToken({});
  for (const hostname of ["boss", "controller-nodes"]) await callHome(url, report(1, token, { hostname, mac: "52:54:00:00:02:09" }));
  assert.deepEqual(
    (await client.listQuarantine({})).map(({ name, node }) => [name, node]),
    [["boss", undefined]],
  );
  assert.equal(new Inventory(data.inventory).hosts("controller_nodes").get("boss"), "127.0.0.254");
});
