import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { LeaseCommits } from "../../../daemon/netboot/dhcp/lease-commits.ts";
import { openStores, type Stores } from "../../../daemon/store/stores.ts";
import type { Lease } from "../../../pxe/boot-source.ts";

let folder: string;
let stores: Stores;
let commits: LeaseCommits;

const lease = (n: number, more: Partial<Lease> = {}): Lease => ({
  mac: `52:54:00:00:00:${String(n).padStart(2, "0")}`,
  address: `10.0.0.${n}`,
  state: "bound",
  expiresAt: 1_000 + n,
  ...more,
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-commits-"));
  const database = join(folder, "muster.db");
  stores = openStores(database);
  commits = await LeaseCommits.start(database, stores.leases, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await commits.close();
  stores.db.close();
  rmSync(folder, { recursive: true, force: true });
});

test("saved leases are in the database when it has settled, in the order they were saved", async () => {
  for (let n = 10; n < 60; n++) commits.save(lease(n));
  commits.save(lease(10, { state: "released" }));
  await commits.settled();
  assert.equal(stores.leases.all().length, 50);
  assert.equal(stores.leases.ofMac(lease(10).mac)[0]?.state, "released");
});

test("leases saved while others are being written settle after them", async () => {
  commits.save(lease(10));
  const first = commits.settled();
  await new Promise(setImmediate);
  commits.save(lease(11));
  const second = commits.settled();
  await second;
  await first;
  assert.deepEqual(
    stores.leases.all().map(({ address }) => address),
    ["10.0.0.10", "10.0.0.11"],
  );
});

test("with nothing to write it is settled", async () => {
  await commits.settled();
  assert.deepEqual(stores.leases.all(), []);
});

test("a lease that cannot be written is reported to the caller that waits for it, and the next is written again", async () => {
  stores.db.exec("CREATE TRIGGER full BEFORE INSERT ON leases WHEN new.hostname = 'full' BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
  commits.save(lease(10, { hostname: "full" }));
  await assert.rejects(commits.settled(), /disk is full/);
  assert.deepEqual(stores.leases.all(), []);
  commits.save(lease(11));
  await commits.settled();
  assert.equal(stores.leases.holder("10.0.0.11"), lease(11).mac);
});

test("closing writes what was still gathered", async () => {
  commits.save(lease(10));
  await commits.close();
  assert.equal(stores.leases.holder("10.0.0.10"), lease(10).mac);
});

test("it has not started before its thread has opened the database", async () => {
  const nowhere = join(folder, "no such folder", "muster.db");
  await assert.rejects(
    LeaseCommits.start(nowhere, stores.leases, () => assert.fail()),
    /directory does not exist/,
  );
});
