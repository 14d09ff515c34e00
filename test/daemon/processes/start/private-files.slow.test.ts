/** In a data folder that everyone may enter, other users still cannot open what Muster writes. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { doctor } from "../../../../daemon/local/doctor.ts";
import { newFolder, startMuster } from "../../../support/processes/running-daemon.ts";
import { until } from "../../../support/until.ts";

test("the daemon's processes create nothing that other users can open, and doctor reports the open folder", async (t) => {
  const folder = newFolder(t);
  const root = join(folder, "data");
  mkdirSync(join(root, "assets"), { recursive: true, mode: 0o755 });
  const daemon = startMuster(t, { folder, dataRoot: root });
  const client = await daemon.client(await daemon.firstKey());
  await until("the executor has started", async () => (await client.status()).executor === "connected");
  await client.createToken({ uses: 1 });
  await daemon.stop();

  const made = readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => join(root, name));
  const open = made.filter((path) => (statSync(path).mode & 0o007) !== 0).map((path) => relative(root, path));
  assert.deepEqual(open, ["assets"]);
  assert.ok(made.includes(daemon.data.database));
  const found = (await doctor(join(folder, "muster.yaml"), daemon.data, {})).find(({ name }) => name === "data folder");
  assert.deepEqual([found?.ok, found?.advice], [false, `chmod o-rwx ${root}`]);
});
