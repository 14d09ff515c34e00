/**
 * The rescue system and the wipe from the machine's side: the files it gets, and the effect of its reports.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, NodeState } from "../../../../daemon/contract/machines/node.ts";
import { BootScript } from "../../../../daemon/netboot/answers/boot-script.ts";
import { Discovery } from "../../../../daemon/netboot/answers/discovery.ts";
import { InstallerFiles } from "../../../../daemon/netboot/answers/installer-files.ts";
import { EventLimit } from "../../../../daemon/netboot/event-limit.ts";
import { contentAt } from "../../../support/content.ts";
import { quirkBookOf } from "../../../support/netboot/quirk-book.ts";
import { addNode, openWorld } from "../../../support/world.ts";

const at = new Date().toISOString();
const later = new Date(Date.now() + 3_600_000).toISOString();
const armed: NodeState = { phase: "wiping", disks: "all", quick: true, deadline: later, before: { phase: "ready", since: at } };

function bench(state: NodeState) {
  const world = openWorld();
  const content = contentAt("http://10.0.0.2:8080", "http://10.0.0.2:8000");
  const installs = new InstallerFiles({ ...world, content, checkSender: () => "unchecked", eventLimit: new EventLimit() });
  const desk = new BootScript({
    checkSender: () => "unchecked",
    eventLimit: new EventLimit(),
    ...world,
    content,
    installs,
    quirkBook: quirkBookOf(world),
    discovery: new Discovery(world.db, world.nodes, world.registry),
  });
  const node = addNode(world, state, "n1");
  const get = (url: string, method: "GET" | "HEAD" = "GET") => {
    const { pathname, searchParams } = new URL(url, "http://boot");
    return desk.respond({ method, path: pathname, query: searchParams, remoteAddress: "10.0.0.9", userAgent: "" });
  };
  return {
    get,
    boot: (method: "GET" | "HEAD" = "GET") => get(`/boot.ipxe?mac=${node.macs[0]}&platform=pcbios`, method).body,
    now: (): Node => world.nodes.findById(node.id) ?? assert.fail("the node is gone"),
    types: () => world.events.ofNode(node.id, 0, 100).map(({ type }) => type),
  };
}

const keyIn = (script: string) => /muster\.key=([0-9a-f]{32})/.exec(script)?.[1] ?? assert.fail(script);

test("a wipe: the script, the settings, leave to write once, and a node without a system", () => {
  const { get, boot, now, types } = bench(armed);
  assert.equal(boot("HEAD"), "", "asking what there would be uses nothing up");
  const script = boot();
  assert.match(script, /^kernel \S+\/vmlinuz initrd=initrd\.img muster\.task=wipe /m);
  const key = keyIn(script);
  const { body } = get(`/preseed/${key}/wipe.conf`);
  for (const line of ["MUSTER_HOSTNAME='n1'", "MUSTER_DISKS='all'", "MUSTER_WIPE='quick'"]) assert.ok(body.includes(line), body);
  assert.equal(get(`/progress/${key}/start`).status, 200);
  assert.equal(get(`/progress/${key}/partition?detail=/dev/vda`).status, 200);
  assert.equal(get(`/progress/${key}/partition?detail=/dev/vda`).status, 409, "the leave is given once");
  assert.equal(get(`/progress/${key}/base?detail=40`).status, 200);
  assert.equal(get(`/progress/${key}/done?detail=/dev/vda`).status, 200);
  assert.deepEqual(now().state, { phase: "accepted" });
  assert.equal(get(`/progress/${key}/partition`).status, 410, "its key opens nothing any more");
  assert.deepEqual(types().slice(1), ["wipe.handed-out", "wipe.start", "wipe.partition", "wipe.base", "wipe.done"]);
});

test("a machine that boots again in the middle of its wipe is not wiped a second time, however often it boots", () => {
  const { get, boot, now } = bench(armed);
  get(`/progress/${keyIn(boot())}/start`);
  for (let times = 0; times < 3; times++) assert.doesNotMatch(boot(), /^kernel/m);
  const { state } = now();
  assert(state.phase === "install-failed");
  assert.match(state.reason, /in the middle of the wipe \(last stage: start\)/);
});

test("two fetches of the script at once give one wiper", () => {
  const { boot } = bench(armed);
  assert.deepEqual(
    [boot(), boot()].map((script) => /^kernel/m.test(script)),
    [true, false],
  );
});

test("a wiper that cannot go on says why, and the node has failed with that reason", () => {
  const { get, boot, now } = bench(armed);
  assert.equal(get(`/progress/${keyIn(boot())}/failed?detail=/dev/sda%20cannot%20be%20written%20to`).status, 200);
  assert.partialDeepStrictEqual(now().state, { phase: "install-failed", reason: "the wipe failed: /dev/sda cannot be written to" });
});

test("an initrd that can only install gets nothing to install from with a wiper's key", () => {
  const { get, boot } = bench(armed);
  const key = keyIn(boot());
  for (const file of ["install.conf", "finish.sh", "preseed.cfg", "disk.sh"])
    assert.equal(get(`/preseed/${key}/${file}`).status, 404, file);
});

test("a rescue: at every boot, with a new key, until the machine says where it is", () => {
  const { get, boot, now, types } = bench({ phase: "rescue", since: at, before: { phase: "ready", since: at } });
  const old = keyIn(boot());
  const script = boot();
  assert.match(script, /^initrd \S+\/rescue\.img/m);
  const key = keyIn(script);
  assert.equal(get(`/progress/${old}/start`).status, 410);
  assert.equal(get(`/preseed/${key}/authorized_keys`).status, 200);
  assert.equal(get(`/preseed/${key}/wipe.conf`).status, 404);
  const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
  get(`/progress/${key}/done?detail=${encodeURIComponent(`${hostKey}; rm -rf /`)}`);
  assert.equal("reach" in now().state, false, "other text is not taken for a host key");
  get(`/progress/${key}/done?detail=${encodeURIComponent(hostKey)}`);
  assert.partialDeepStrictEqual(now().state, { phase: "rescue", reach: { address: "10.0.0.9", hostKey } });
  assert.equal(types().at(-1), "rescue.done");
});

test("a machine that cannot run our kernel is neither rescued nor wiped, and the wipe has failed with the reason", () => {
  const old = "&arch=i386&cpu=i686";
  const rescue = bench({ phase: "rescue", since: at });
  assert.doesNotMatch(rescue.get(`/boot.ipxe?mac=${rescue.now().macs[0]}${old}`).body, /^kernel/m);
  const wipe = bench(armed);
  assert.doesNotMatch(wipe.get(`/boot.ipxe?mac=${wipe.now().macs[0]}${old}`).body, /^kernel/m);
  const { state } = wipe.now();
  assert(state.phase === "install-failed");
  assert.match(state.reason, /32-bit/);
});
