/** Addresses over HTTP: listed, and released if they were set aside. The pool is real. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { LeaseView } from "../../../../daemon/contract/netboot/network.ts";
import { followReleases } from "../../../../daemon/netboot/dhcp/lease-releases.ts";
import { Pool } from "../../../../pxe/dhcp/decision/pool.ts";
import { parseBlock } from "../../../../pxe/dhcp/message/address.ts";
import { serve } from "../../../support/dhcp/served.ts";
import { silentLog } from "../../../support/log.ts";

const [A, B] = ["52:54:00:00:00:0a", "52:54:00:00:00:0b"] as const;

async function leasing(t: TestContext, options: { netboot: boolean } = { netboot: true }) {
  const served = await serve(t);
  const { leases } = served.world;
  const pool = new Pool({
    block: parseBlock("10.0.0.0/24"),
    ranges: [{ from: "10.0.0.10", to: "10.0.0.10" }],
    exclude: [],
    reservations: {},
    leaseSeconds: 600,
    store: leases,
    now: Date.now,
  });
  if (options.netboot) {
    const releases = followReleases({ leases, pools: () => [pool], settled: async () => undefined, log: silentLog }, 10);
    t.after(() => releases.close());
  }
  const key = served.key("operator");
  return {
    pool,
    served,
    list: async () => ((await served.request("/api/netboot/leases", { key })).body as { leases: LeaseView[] }).leases,
    release: (address: string) => served.request(`/api/netboot/leases/${address}/release`, { method: "POST", key }),
  };
}

test("a declined address is listed with its reason, is given back when asked, and can be had at once", async (t) => {
  const { pool, served, list, release } = await leasing(t);
  assert.equal(pool.offer(A, undefined), "10.0.0.10");
  pool.bind(A, "10.0.0.10");
  pool.decline(A, "10.0.0.10");
  assert.equal(pool.offer(B, undefined), undefined);
  assert.partialDeepStrictEqual(await list(), [{ address: "10.0.0.10", state: "declined" }]);

  const answer = await release("10.0.0.10");
  assert.deepEqual([answer.status, answer.body], [200, { address: "10.0.0.10", message: "10.0.0.10 can be leased again" }]);
  assert.equal(pool.offer(B, undefined), "10.0.0.10");
  assert.deepEqual(await list(), []);
  assert.match(served.world.events.after(0, 10).at(-1)?.summary ?? "", /10\.0\.0\.10 can be leased again, released by operator-1/);
});

test("a lease is not taken from its machine, and an address without a lease is not found", async (t) => {
  const { pool, release } = await leasing(t);
  pool.bind(A, "10.0.0.10");
  const taken = await release("10.0.0.10");
  assert.equal(taken.status, 409);
  assert.match(taken.text, /LEASE_IN_USE.*10\.0\.0\.10 is leased to 52:54:00:00:00:0a/);
  assert.equal((await release("10.0.0.77")).status, 404);
  assert.equal((await release("10.0.0")).status, 400);
});

test("without netboot a release fails, and it does not happen later", async (t) => {
  const { pool, served, release } = await leasing(t, { netboot: false });
  pool.bind(A, "10.0.0.10");
  pool.decline(A, "10.0.0.10");
  const answer = await release("10.0.0.10");
  assert.equal(answer.status, 503);
  assert.match(answer.text, /NETBOOT_SILENT/);
  assert.deepEqual(served.world.leases.releasesAsked(), []);
});

test("an address that is in no pool any more, since the configuration changed, is given back all the same", async (t) => {
  const { served, list, release } = await leasing(t);
  const cause = { kind: "declined", by: A } as const;
  served.world.leases.save({ mac: "declined 10.5.0.9", address: "10.5.0.9", state: "declined", expiresAt: Date.now() + 60_000, cause });
  assert.equal((await list()).length, 1);
  assert.equal((await release("10.5.0.9")).status, 200);
  assert.deepEqual(await list(), []);
});
