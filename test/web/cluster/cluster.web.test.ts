/** The page of the cluster in a real browser: states with their next step, servers, members and workloads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../axe.ts";
import { options, tour } from "../visit.ts";

const { mission, enter } = tour();

test("an unreachable Consul, the quorum of Nomad, members and workloads are shown, and unknown lists are left out", options, async (t) => {
  const world = await mission(t);
  world.cluster.now = {
    consul: { standing: { state: "unreachable", reason: "connection <b>refused</b>", next: "Start the agent." } },
    nomad: {
      standing: { state: "fresh", ageSeconds: 1 },
      servers: {
        leader: "10.0.0.1:4647",
        quorum: { voters: 3, needed: 2, alive: 2 },
        servers: [{ name: "s1", address: "10.0.0.1", state: "alive", leader: true }],
      },
      workloads: {
        total: 1,
        rows: [
          {
            ...{ namespace: "ops", id: "web", type: "service", status: "running", stopped: false, version: 4 },
            groups: [{ name: "g", running: 1, desired: 2 }],
          },
        ],
      },
    },
    members: { total: 1, rows: [{ name: "rack1-n1", address: "10.0.0.9", nomad: "ready", eligible: true, draining: true }] },
  };
  const page = await enter(world, "viewer", "#/");
  await page.getByRole("link", { name: "Cluster" }).click();
  await page.getByText("connection <b>refused</b>").waitFor();
  const text = (await page.locator(".cluster").textContent()) ?? "";
  for (const part of [/Start the agent\./, /2 of 3 servers are alive\. 2 are needed/]) assert.match(text, part);
  assert.match((await page.locator('[data-row="rack1-n1"]').textContent()) ?? "", /unknownreadydraining/);
  assert.match((await page.locator('[data-row="ops/web"]').textContent()) ?? "", /servicerunning4g 1\/2/);
  assert.equal(await page.getByText("Consul servers").count(), 0);
  await assertAccessible(page, "cluster");
});
