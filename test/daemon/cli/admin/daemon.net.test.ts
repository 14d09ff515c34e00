/** The real program with the real daemon, from the first start to the second. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Check } from "../../../../daemon/contract/admin/doctor.ts";
import { muster, type Running, startDaemon, temporary } from "../muster.ts";

const place = temporary();
let daemon: Running;
before(async () => {
  daemon = await startDaemon(place.folder);
});
after(async () => {
  await daemon.stop();
  place.remove();
});

const ask = (...args: string[]) => muster(args, daemon.env);

test("the first start prints its address and a key that works", async () => {
  assert.match(daemon.printed(), new RegExp(`^Muster is at ${daemon.url}\nThe first API key, shown only now`));
  const { code, out } = await ask("nodes");
  assert.equal(code, 0);
  assert.match(out, /No machine is known yet\.\nSet a machine to boot from the network/);
});

test("a machine is accepted before it is seen, shown, explained and retired", async () => {
  const accepted = await ask("accept", "52-54-00-00-00-02", "--name", "rack1-n2");
  assert.deepEqual([accepted.code, accepted.out], [0, "rack1-n2 is accepted. Next: muster arm rack1-n2\n"]);

  const nodes = JSON.parse((await ask("nodes", "--json")).out) as { name: string; macs: string[]; createdAt: string }[];
  assert.deepEqual([nodes[0]?.name, nodes[0]?.macs], ["rack1-n2", ["52:54:00:00:00:02"]]);
  assert.ok(Number.isFinite(Date.parse(nodes[0]?.createdAt ?? "")));

  assert.match(
    (await ask("node", "rack1-n2")).out,
    /^rack1-n2\n {2}phase {6}accepted.*Timeline, from \d{4}-.*added and accepted by first/s,
  );
  assert.match((await ask("explain", "52:54:00:00:00:02")).out, /is rack1-n2, accepted\n[\s\S]*DHCP would answer: nothing: DHCP is off/);

  const disarmed = await ask("disarm", "rack1-n2");
  assert.equal(disarmed.code, 1);
  assert.match(disarmed.err, /^muster: a node that is accepted cannot be disarmed\n→ .*muster node/);
  assert.deepEqual((await ask("retire", "rack1-n2")).out, "rack1-n2 is retired.\n");
});

test("a request that is impossible or not allowed ends with 1 and a next step", async () => {
  await ask("accept", "52:54:00:00:00:03", "--name", "rack1-n3");
  const outcomes: [args: string[], says: RegExp][] = [
    [["node", "nope"], /no node has the name.*\n→ .*muster nodes/],
    [["job", "nope"], /no job has the id nope\n→ .*muster jobs/],
    [["accept", "52:54:00:00:00:04", "--name", "Bad_Name"], /^muster: name: is not a host name/],
    [["accept", "52:54:00:00:00:04", "--name", "rack1-n3"], /rack1-n3.*\n→ Choose another name/],
    [["arm", "rack1-n3"], /is not among the assets\n→ .*muster assets fetch/],
    [["wake", "rack1-n3"], /^muster: netboot\.interface: is not set/],
    [["up", "--config", daemon.config, "--data", daemon.data], /uses .*\n→ Stop the running one first/],
  ];
  for (const [args, says] of outcomes) {
    const { code, out, err } = await ask(...args);
    assert.deepEqual([code, out], [1, ""], args.join(" "));
    assert.match(err, says);
  }
});

test("a missing key, a wrong key and a key without the role are refused with the way to the right key", async () => {
  const at = { MUSTER_URL: daemon.url };
  const none = await muster(["nodes"], at);
  assert.match(none.err, /no API key was given\n→ Set MUSTER_KEY/);
  const wrong = await muster(["nodes"], { ...at, MUSTER_KEY: "mk_wrong" });
  assert.match(wrong.err, /does not know this API key\n→ .*muster key create/);

  const made = await muster(["key", "create", "--name", "looker", "--role", "viewer", "--json"], { MUSTER_DATA: daemon.data });
  const { key } = JSON.parse(made.out) as { key: string };
  const small = await muster(["accept", "52:54:00:00:00:05"], { ...at, MUSTER_KEY: key });
  assert.match(small.err, /the role viewer may not do this; it needs operator\n→ .*muster key create/);
  assert.deepEqual([none.code, wrong.code, made.code, small.code], [1, 1, 0, 1]);
  assert.equal((await muster(["nodes"], { ...at, MUSTER_KEY: key })).code, 0);

  const twice = await muster(["key", "create", "--name", "looker", "--role", "viewer"], { MUSTER_DATA: daemon.data });
  assert.match(twice.err, /a key called looker exists already/);
});

test("keys are listed without their secrets and revoked by name or id", async () => {
  const { out } = await ask("key", "list");
  assert.match(out, /^ID +NAME +ROLE +OWNER +CREATED +LAST USED +EXPIRES\n[\s\S]*looker +viewer +\S+ +\d+ s ago/);
  assert.doesNotMatch(out, /mk_/);
  assert.match((await ask("key", "revoke", "looker")).out, /^the key [0-9a-f]{8} is revoked\.\n$/);
  assert.doesNotMatch((await ask("key", "list", "--json")).out, /looker/);
  const again = await ask("key", "revoke", "looker");
  assert.deepEqual([again.code, again.out], [1, ""]);
  assert.match(again.err, /no key has the id looker\n→ .*muster key list/);
});

test("doctor recognizes its own daemon, and names missing boot files", async () => {
  const { code, out } = await ask("doctor", "--json", "--config", daemon.config, "--data", daemon.data);
  const checks = JSON.parse(out) as { name: string; ok: boolean; advice?: string }[];
  assert.equal(code, 1);
  assert.ok(checks.some(({ name, ok }) => name === "daemon" && ok));
  assert.deepEqual(
    checks.filter(({ ok, name }) => !ok && name.startsWith("boot files")).map(({ name, advice }) => [name, advice]),
    [["boot files (image)", "muster assets fetch; muster image build"]],
  );
});

test("the log and doctor name each old key of the configuration with its new place", async () => {
  const { out } = await ask("log", "--json", "--level", "warn");
  const lines = out.split("\n").filter((line) => line.includes("the old key still works"));
  assert.equal(lines.length, 1, out);
  assert.match(lines[0] ?? "", /muster\.yaml: control is now admin\.control/);
  const checks = JSON.parse((await ask("doctor", "--json", "--config", daemon.config, "--data", daemon.data)).out) as Check[];
  const { ok, advice } = checks.find(({ name }) => name === "configuration") ?? {};
  assert.deepEqual([ok, advice], [true, "When convenient, move these keys: control is now admin.control"]);
});

test("the second start shows no key, and prints the command that creates another", async () => {
  const { key } = daemon;
  assert.equal(await daemon.stop(), 0);
  daemon = await startDaemon(place.folder);
  assert.doesNotMatch(daemon.printed(), /mk_/);
  assert.match(daemon.printed(), new RegExp(`muster key create --name <name> --role <role> --data ${daemon.data}`));
  assert.equal((await muster(["nodes"], { MUSTER_URL: daemon.url, MUSTER_KEY: key })).code, 0);
});
