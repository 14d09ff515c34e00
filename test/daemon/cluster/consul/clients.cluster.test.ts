/** The clients of Consul against a real Consul: keys, sessions, locks, transactions, health, the catalogue and tokens. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { catalogNodes, catalogService, catalogServices, members } from "../../../../daemon/cluster/consul/catalog.ts";
import { type Consul, openConsul } from "../../../../daemon/cluster/consul/consul.ts";
import { deregisterAtAgent, deregisterInCatalog } from "../../../../daemon/cluster/consul/deregister.ts";
import { checksInState, nodeChecks, serviceHealth } from "../../../../daemon/cluster/consul/health.ts";
import { deletePair, readPair, readPairs, writePair } from "../../../../daemon/cluster/consul/kv.ts";
import { holds, takeConsulLock } from "../../../../daemon/cluster/consul/locks.ts";
import { createSession, destroySession, readSession, renewSession } from "../../../../daemon/cluster/consul/sessions.ts";
import { consulLeader, consulPeers } from "../../../../daemon/cluster/consul/status.ts";
import { transaction } from "../../../../daemon/cluster/consul/txn.ts";
import { watch } from "../../../../daemon/cluster/wire/watch.ts";
import { Conflict, Refused } from "../../../../daemon/errors/cluster-failures.ts";
import { type ConsulAgent, startConsul, withoutConsul } from "../../../support/cluster/consul-agent.ts";
import { untilFound } from "../../../support/until.ts";

suite("a real Consul", { skip: withoutConsul }, () => {
  const { signal } = new AbortController();
  const call = { signal };
  const stops: (() => Promise<unknown>)[] = [];
  let agent: ConsulAgent;
  let consul: Consul;
  before(async () => {
    agent = await startConsul({ after: (stop) => void stops.push(async () => (stop as () => Promise<void>)()) });
    consul = openConsul({ url: agent.url });
    stops.push(() => consul.close());
  });
  after(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  const register = async (service: object) => {
    const answer = await fetch(`${agent.url}/v1/agent/service/register`, { method: "PUT", body: JSON.stringify(service) });
    assert.equal(answer.status, 200, await answer.text());
  };

  test("it has a leader and one server", async () => {
    const name = await consulLeader(consul, call);
    assert.deepEqual(await consulPeers(consul, call), [name]);
    const [member] = await members(consul, call);
    assert.deepEqual([member?.name, member?.state, member?.server], ["n1", "alive", true]);
  });

  test("a key is created once, and changed only with its present index", async () => {
    const key = "muster/a key/with?signs#";
    assert.equal(await writePair(consul, key, { value: "one", cas: 0 }, call), true);
    assert.equal(await writePair(consul, key, { value: "two", cas: 0 }, call), false);
    const { value: pair } = await readPair(consul, key, call);
    assert.equal(pair?.value.toString(), "one");
    assert.equal(await writePair(consul, key, { value: "three", cas: (pair?.modifyIndex ?? 0) + 1 }, call), false);
    assert.equal(await writePair(consul, key, { value: Buffer.from([0, 255]), cas: pair?.modifyIndex ?? 0, flags: 7 }, call), true);
    const { value: changed } = await readPair(consul, key, call);
    assert.deepEqual([changed?.value, changed?.flags], [Buffer.from([0, 255]), 7]);
    assert.equal(await deletePair(consul, key, { cas: pair?.modifyIndex ?? 0 }, call), false);
    assert.equal(await deletePair(consul, key, { cas: changed?.modifyIndex ?? 0 }, call), true);
    assert.equal((await readPair(consul, key, call)).value, undefined);
  });

  test("keys are listed by their prefix, and a missing prefix is an empty list", async () => {
    for (const name of ["a", "b"]) await writePair(consul, `list/${name}`, { value: "" }, call);
    const { value } = await readPairs(consul, "list/", call);
    assert.deepEqual(
      value.map(({ key, value: bytes }) => [key, bytes.length]),
      [
        ["list/a", 0],
        ["list/b", 0],
      ],
    );
    assert.deepEqual((await readPairs(consul, "nothing/", call)).value, []);
  });

  test("a value that is too long is refused before it is sent", async () => {
    await assert.rejects(writePair(consul, "long", { value: "x".repeat(512 * 1024 + 1) }, call), Refused);
  });

  test("a watch of a missing key wakes when the key appears, and again when it changes", async () => {
    const end = new AbortController();
    const values: (string | undefined)[] = [];
    for await (const news of watch((read) => readPair(consul, "watched", read), { signal: end.signal, waitSeconds: 20 })) {
      if (news.kind !== "value") continue;
      const value = news.value?.value.toString();
      if (value === values.at(-1) && values.length > 0) continue;
      values.push(value);
      if (value === undefined) void writePair(consul, "watched", { value: "one" }, call);
      if (value === "one") void writePair(consul, "watched", { value: "two" }, call);
      if (value === "two") end.abort();
    }
    assert.deepEqual(values, [undefined, "one", "two"]);
  });

  test("a wait that ends without a change keeps its index, and other keys do not disturb it much", async () => {
    await writePair(consul, "still", { value: "" }, call);
    const { index } = await readPair(consul, "still", call);
    const started = performance.now();
    const again = await readPair(consul, "still", { signal, block: { index, waitSeconds: 1 } });
    assert.equal(again.index, index);
    assert.ok(performance.now() - started >= 900);
  });

  test("a waiting query can be cancelled", async () => {
    const end = new AbortController();
    const { index } = await readPair(consul, "still", call);
    const waiting = readPair(consul, "still", { signal: end.signal, block: { index, waitSeconds: 300 } });
    setImmediate(() => end.abort(new Error("enough")));
    await assert.rejects(waiting, { message: "enough" });
  });

  test("a session is renewed until it is destroyed", async () => {
    const id = await createSession(consul, { name: "s", ttlSeconds: 10, behavior: "release" }, call);
    assert.equal((await readSession(consul, id, call)).value?.Name, "s");
    assert.equal(await renewSession(consul, id, call), true);
    await destroySession(consul, id, call);
    assert.equal(await renewSession(consul, id, call), false);
    assert.equal((await readSession(consul, id, call)).value, undefined);
  });

  test("a lock has one holder, and its fence does not outlive it", async () => {
    const wish = { key: "locks/control", ttlSeconds: 10, behavior: "release", lockDelaySeconds: 0 } as const;
    const first = await takeConsulLock(consul, { ...wish, holder: "first" }, call);
    assert.ok(first);
    assert.equal(await takeConsulLock(consul, { ...wish, holder: "second" }, call), undefined);
    assert.equal(await first.renew(call), true);
    assert.equal(await first.release(call), true);
    assert.equal(await holds(consul, first.fence, call), false);
    const second = await takeConsulLock(consul, { ...wish, holder: "second" }, call);
    assert.ok(second && second.fence.lockIndex > first.fence.lockIndex);
    assert.equal(await first.renew(call), false);
    await destroySession(consul, second.fence.session, call);
    assert.equal(await second.renew(call), false);
  });

  test("a transaction does all or nothing, and names the operation that failed", async () => {
    await transaction(
      consul,
      [
        { verb: "check-not-exists", key: "txn/a" },
        { verb: "set", key: "txn/a", value: "1" },
        { verb: "set", key: "txn/b", value: "1" },
      ],
      call,
    );
    const { value: a } = await readPair(consul, "txn/a", call);
    const lost = transaction(
      consul,
      [
        { verb: "set", key: "txn/b", value: "2" },
        { verb: "cas", key: "txn/a", value: "2", index: (a?.modifyIndex ?? 0) + 1 },
      ],
      call,
    );
    await assert.rejects(lost, (error: Error) => error instanceof Conflict && /operation 2 on txn\/a/.test(error.message));
    assert.equal((await readPair(consul, "txn/b", call)).value?.value.toString(), "1");
    const many = Array.from({ length: 65 }, () => ({ verb: "delete", key: "x" }) as const);
    await assert.rejects(transaction(consul, many, call), Refused);
  });

  test("only passing instances are discovered, by tag and by metadata", async () => {
    const check = { CheckID: "beat", TTL: "60s" };
    await register({
      Name: "expert",
      ID: "e1",
      Port: 8081,
      Address: "10.0.0.5",
      Tags: ["model=small"],
      Meta: { commit: "abc" },
      Check: check,
    });
    await register({ Name: "expert", ID: "e2", Port: 8082, Check: { ...check, CheckID: "beat2" } });
    const find = async (query: object) => (await serviceHealth(consul, "expert", query, call)).value.map(({ id }) => id).sort();
    assert.deepEqual(await find({}), ["e1", "e2"]);
    assert.deepEqual(await find({ passing: true }), []);
    await fetch(`${agent.url}/v1/agent/check/pass/beat`, { method: "PUT" });
    const passing = await untilFound("e1 passes", async () => (await serviceHealth(consul, "expert", { passing: true }, call)).value[0]);
    assert.deepEqual([passing.address, passing.port, passing.node, passing.meta], ["10.0.0.5", 8081, "n1", { commit: "abc" }]);
    assert.deepEqual(await find({ tag: "model=small" }), ["e1"]);
    assert.deepEqual(await find({ filter: 'Service.Meta.commit == "none"' }), []);
    assert.equal((await serviceHealth(consul, "expert", { filter: 'Service.ID == "e2"' }, call)).value[0]?.address, "127.0.0.1");
    const { value: critical } = await checksInState(consul, "critical", call);
    assert.deepEqual(
      critical.map(({ ServiceID }) => ServiceID),
      ["e2"],
    );
    assert.ok((await nodeChecks(consul, "n1", call)).value.some(({ CheckID }) => CheckID === "serfHealth"));
  });

  test("the catalogue lists nodes and services, and a dead service can be removed", async () => {
    assert.equal((await catalogNodes(consul, call)).value[0]?.Node, "n1");
    assert.deepEqual((await catalogServices(consul, call)).value.expert?.toSorted(), ["model=small"]);
    await deregisterAtAgent(consul, "e2", call);
    await register({ Name: "ghost", ID: "g" });
    await untilFound("the service is listed", async () => (await catalogService(consul, "ghost", call)).value[0]);
    await deregisterInCatalog(consul, { node: "n1", serviceId: "g" }, call);
    assert.deepEqual((await catalogService(consul, "ghost", call)).value, []);
  });
});

test("with access control, a missing permission names the setting, and lists are empty without one", { skip: withoutConsul }, async (t) => {
  const { url, managementToken } = await startConsul(t, { acl: true });
  const call = { signal: t.signal };
  const open = (token?: string) => {
    const consul = openConsul({ url, token, tokenSetting: "cluster.consul.token_file" });
    t.after(() => consul.close());
    return consul;
  };
  assert.equal(await writePair(open(managementToken), "a", { value: "1" }, call), true);
  await assert.rejects(writePair(open(), "a", { value: "2" }, call), { code: "CLUSTER_FORBIDDEN", message: /cluster\.consul\.token_file/ });
  await assert.rejects(readPair(open("00000000-0000-0000-0000-000000000000"), "a", call), { code: "CLUSTER_FORBIDDEN" });
  assert.deepEqual((await catalogNodes(open(), call)).value, []);
});
