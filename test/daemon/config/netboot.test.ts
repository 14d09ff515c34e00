/** The `netboot` section with one and with several interfaces: the settings of each, and errors that name the key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../daemon/config/config.ts";
import { bootInterfaces } from "../../../daemon/config/netboot.ts";
import { explain } from "../../../daemon/errors/errors.ts";

const interfaces = (netboot: object) => bootInterfaces(parseConfig(JSON.stringify({ netboot }), "muster.yaml").netboot);
const range = { from: "10.1.0.10", to: "10.1.0.20" };

test("a configuration with one interface is used as written", () => {
  const netboot = { interface: "eth1", dhcp: "full", range, router: "10.1.0.254", exclude: ["10.1.0.12"] };
  const parsed = parseConfig(JSON.stringify({ netboot }), "muster.yaml").netboot;
  assert.deepEqual(bootInterfaces(parsed), [{ ...parsed, interface: "eth1", key: "netboot.interface" }]);
});

test("without a configured interface there is no boot interface", () => {
  assert.deepEqual(interfaces({}), []);
});

test("each of several interfaces has its own keys, and the other keys of netboot", () => {
  const [first, second] = interfaces({
    dhcp: "full",
    dns: ["9.9.9.9"],
    lease_seconds: 600,
    interfaces: [
      { interface: "eth1", range, dns: ["10.1.0.53"], exclude: ["10.1.0.12"] },
      { interface: "eth2.20", dhcp: "proxy", lease_seconds: 1200 },
    ],
  });
  assert.deepEqual(
    [first?.interface, first?.dhcp, first?.dns, first?.range, first?.exclude, first?.lease_seconds],
    ["eth1", "full", ["10.1.0.53"], range, ["10.1.0.12"], 600],
  );
  assert.deepEqual(
    [second?.interface, second?.dhcp, second?.dns, second?.range, second?.exclude, second?.lease_seconds],
    ["eth2.20", "proxy", ["9.9.9.9"], undefined, [], 1200],
  );
});

test("a subnet on the wire of one interface does not belong to another; a subnet behind a relay belongs to each", () => {
  const relayed = { subnet: "10.8.0.0/24", ranges: [{ from: "10.8.0.10", to: "10.8.0.20" }], router: "10.8.0.1" };
  const shared = { subnet: "10.9.0.0/24", ranges: [{ from: "10.9.0.10", to: "10.9.0.20" }], router: "10.9.0.1", link: "eth1" };
  const [first, second] = interfaces({
    lease_seconds: 600,
    subnets: [relayed, shared],
    interfaces: [
      { interface: "eth1", dhcp: "full", range, lease_seconds: 900 },
      { interface: "eth2", dhcp: "full", range: { from: "10.2.0.10", to: "10.2.0.20" } },
    ],
  });
  assert.deepEqual(
    first?.subnets.map(({ subnet, lease_seconds }) => [subnet, lease_seconds]),
    [
      ["10.8.0.0/24", 600],
      ["10.9.0.0/24", 600],
    ],
  );
  assert.deepEqual(second?.subnets, first?.subnets.slice(0, 1));
});

const eth1 = { interface: "eth1" };
const refused: [netboot: object, says: RegExp][] = [
  [
    { interface: "eth1", interfaces: [{ interface: "eth2" }] },
    /netboot\.interface: is for a single card; move it into netboot\.interfaces/,
  ],
  [{ range, interfaces: [eth1] }, /netboot\.range: is for a single card; set it in the entries/],
  [{ router: "10.1.0.1", interfaces: [eth1] }, /netboot\.router: is for a single card/],
  [{ exclude: ["10.1.0.1"], interfaces: [eth1] }, /netboot\.exclude: is for a single card/],
  [{ interfaces: [eth1, eth1] }, /netboot\.interfaces\[1\]\.interface: eth1 is already entry 0/],
  [
    { dhcp: "full", interfaces: [{ ...eth1, range }, { interface: "eth2" }] },
    /netboot\.interfaces\[1\]\.range: is needed when dhcp is full there/,
  ],
  [
    { interfaces: [{ ...eth1, rnage: range }] },
    /netboot\.interfaces\.0\.rnage: there is no such key; netboot\.interfaces\.0\.range is one/,
  ],
  [{ interfaces: [{ interface: "eth1; rm" }] }, /netboot\.interfaces\.0\.interface: is not an interface name/],
  [{ interfaces: [{ dhcp: "proxy" }] }, /netboot\.interfaces\.0\.interface/],
];
for (const [netboot, says] of refused) {
  test(`a mistake is reported with its key: ${says.source}`, () => {
    assert.throws(
      () => interfaces(netboot),
      (error) => says.test(explain(error)) || assert.fail(explain(error)),
    );
  });
}
