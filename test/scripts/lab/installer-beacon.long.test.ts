/**
 * A machine boots into the Debian installer until its first beacon. Takes about two minutes under emulation.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "../../../daemon/contract/event.ts";
import { type Bench, buildBench, MACHINE } from "../../../scripts/e2e/bench.ts";
import { defaultCache, prepareAssets } from "../../../scripts/lab/assets.ts";
import { noQemu } from "../../../scripts/lab/machine.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";

const MINUTES = 60;

describe("the Debian installer on a BIOS machine", { skip: noNetwork || noQemu }, () => {
  let bench: Bench;
  before(async () => {
    const assets = await prepareAssets(defaultCache, () => undefined);
    // The installer needs the components that an incomplete mirror lacks only later.
    bench = await buildBench({ cache: defaultCache, assets, firmware: "bios", overlay: undefined });
  });
  after(() => bench?.stop(false));

  test("starts over the network, takes its answers and says that it is running", { timeout: MINUTES * 60_000 }, async () => {
    const { client } = bench;
    await client.addNode({ mac: MACHINE.mac, name: MACHINE.name });
    await client.armNode({ node: MACHINE.name, profile: "preseed" });
    const { machine } = bench.powerOn();
    const events = await until("install.start", MINUTES * 60 - 60, () => machine.serial());
    const types = events.map(({ type }) => type);
    const order = ["node.armed", "dhcp.request", "install.handed-out", "http.asset", "install.start"].map((type) => types.indexOf(type));
    assert.ok(!order.includes(-1), `missing in ${types.join(" ")}`);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    const { state } = await client.getNode({ node: MACHINE.name });
    assert.ok(state.phase === "installing");
    assert.equal(state.stage, "start");
    assert.equal(state.attempts, 1);
  });

  async function until(type: string, seconds: number, said: () => string): Promise<Event[]> {
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(500)) {
      const events = await bench.client.listEvents({ since: 0, limit: 5000 });
      if (events.some((event) => event.type === type)) return events;
    }
    throw new Error(`no ${type} within ${seconds} s; its serial port ended with:\n${said().slice(-2000)}`);
  }
});
