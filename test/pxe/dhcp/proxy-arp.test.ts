import assert from "node:assert/strict";
import { test } from "node:test";
import { ProxyArp } from "../../../pxe/dhcp/lan/proxy-arp.ts";

const ROUTER = "02:00:00:00:00:01";

test("a neighbour that answers for four addresses is a proxy, and that is reported once", () => {
  const proxies = new ProxyArp();
  const reported = ["10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"].map((address) =>
    proxies.answered(ROUTER, address),
  );
  assert.deepEqual(reported, [false, false, false, false, true, false]);
  assert.equal(proxies.isProxy(ROUTER), true);
});

test("a machine with a few addresses of its own is no proxy, and its neighbours do not count for it", () => {
  const proxies = new ProxyArp();
  for (const address of ["10.0.0.1", "10.0.0.2", "10.0.0.3"]) proxies.answered(ROUTER, address);
  for (let machine = 0; machine < 10; machine++) proxies.answered(`02:00:00:00:01:0${machine}`, `10.0.1.${machine}`);
  assert.equal(proxies.isProxy(ROUTER), false);
});

test("an hour after its last answer, a neighbour is judged again", () => {
  let now = 0;
  const proxies = new ProxyArp(() => now);
  for (let address = 1; address < 6; address++) proxies.answered(ROUTER, `10.0.0.${address}`);
  now += 3_600_001;
  assert.equal(proxies.isProxy(ROUTER), false);
  assert.equal(proxies.answered(ROUTER, "10.0.0.9"), false);
});
