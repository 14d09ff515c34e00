/** Opens the data of the first release. The stores of that release wrote its files. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createClient } from "../../../daemon/contract/client.ts";
import { hints, MusterError } from "../../../daemon/errors/errors.ts";
import { openDatabase } from "../../../daemon/store/database.ts";
import { openStores } from "../../../daemon/store/stores.ts";
import { hostKey, startTestControl } from "../../support/control.ts";

const left = (name: string) => join(import.meta.dirname, "../../fixtures/first-light", name);
const unpack = (file: string) => writeFileSync(file, gunzipSync(readFileSync(left("muster.db.gz"))));

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "muster-upgrade-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("a database of the first release opens, with everything that was in it", (t) => {
  const file = join(folder(t), "muster.db");
  unpack(file);
  const stores = openStores(file);
  t.after(() => stores.db.close());
  const { nodes, jobs, tokens, hostKeys, keys, leases, events } = stores;
  assert.deepEqual(
    nodes.list().map(({ name, state: { phase } }) => [name, phase]),
    [
      ["n1", "ready"],
      ["n2", "called-home"],
      ["n3", "installing"],
      ["n4", "discovered"],
      ["n5", "configure-failed"],
      ["n6", "retired"],
    ],
  );
  assert.deepEqual(nodes.findByMac("52:54:00:00:01:01")?.macs, ["52:54:00:00:00:01", "52:54:00:00:01:01"]);
  assert.equal(nodes.findByName("n5")?.disk, "/dev/disk/by-id/ata-X");
  assert.deepEqual([jobs.find("n1-job")?.status, jobs.find("n5-job")?.result?.summary], ["succeeded", "Install packages: no network"]);
  const now = new Date("2026-11-21T00:00:00Z");
  assert.deepEqual(tokens.look("install-token-of-n3", now), { kind: "fresh", nodeId: "id-3", purpose: "install" });
  assert.equal(keys.authenticate("mk_first_light", now)?.role, "admin");
  assert.deepEqual(
    hostKeys.all().map(({ address, hostKey: pinned }) => [address, pinned]),
    [1, 2, 5].map((n) => [`10.0.0.${n}`, hostKey(n)]),
  );
  assert.equal(leases.all().length, 3);
  assert.deepEqual(
    events.ofNode("id-1", 0, 10).map(({ type }) => type),
    ["node.discovered", "job.task"],
  );
});

test("the daemon goes on where the first release stopped: its key opens, its files stay, who had called home gets its job", async (t) => {
  const { url, data } = await startTestControl(t, {
    prepare: (place) => {
      unpack(place.database);
      copyFileSync(left("inventory.yaml"), place.inventory);
      copyFileSync(left("known_hosts"), place.knownHosts);
    },
  });
  const client = createClient({ baseUrl: url, headers: () => ({ authorization: "Bearer mk_first_light" }) });
  assert.equal((await client.getNode({ node: "n2" })).state.phase, "configuring");
  assert.deepEqual(
    (await client.listJobs({})).map(({ nodeName, status }) => [nodeName, status]),
    [
      ["n2", "queued"],
      ["n5", "failed"],
      ["n1", "succeeded"],
    ],
  );
  assert.equal(readFileSync(data.inventory, "utf8"), readFileSync(left("inventory.yaml"), "utf8"));
  assert.equal(readFileSync(data.knownHosts, "utf8"), readFileSync(left("known_hosts"), "utf8"));
});

test("a database that a newer program has migrated is refused by an older one, which says so and changes nothing", (t) => {
  const file = join(folder(t), "muster.db");
  unpack(file);
  openDatabase(file).close();
  const db = openDatabase(file);
  const known = Number(db.pragma("user_version", { simple: true }));
  db.pragma(`user_version = ${known + 1}`);
  db.close();
  const before = readFileSync(file);
  assert.throws(
    () => openStores(file),
    (error: unknown) => {
      assert(error instanceof MusterError);
      assert.equal(error.message, `${file} has schema ${known + 1}, this program knows ${known}`);
      assert.equal(error.hint, hints.DATABASE_NEWER);
      return true;
    },
  );
  assert.ok(before.equals(readFileSync(file)));
});
