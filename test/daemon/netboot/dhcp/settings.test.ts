/** From the configuration to an answer on the wire. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../../daemon/config/config.ts";
import { fullMode, serverIdentity } from "../../../../daemon/netboot/dhcp/settings.ts";
import { Pool } from "../../../../pxe/dhcp/decision/pool.ts";
import { Option } from "../../../../pxe/dhcp/message/option.ts";
import { addressOption } from "../../../../pxe/dhcp/message/packet.ts";
import { type Lan, machine } from "../../../support/dhcp/dhcp-lan.ts";

const MAC = "52:54:00:00:00:01";
const network = { address: "10.77.0.1", netmask: "255.255.0.0" };

function served(yaml: string): Lan {
  const { netboot } = parseConfig(
    `netboot:\n  interface: br0\n  dhcp: full\n  range: {from: 10.77.1.1, to: 10.77.1.2}\n${yaml}`,
    "muster.yaml",
  );
  const identity = serverIdentity(network, netboot, () => true);
  const clock = { now: 1_000_000 };
  const saved: Lan["saved"] = [];
  const store = { all: () => [], save: (lease: Lan["saved"][number]) => void saved.push(lease) };
  const mode = fullMode(netboot, network, identity, (options) => new Pool({ ...options, store, now: () => clock.now }));
  return { ...mode, saved, clock };
}

const far = "  subnets:\n    - {subnet: 10.80.0.0/24, router: 10.80.0.1, ranges: [{from: 10.80.0.10, to: 10.80.0.20}]";

test("the interface's own network is served as before", () => {
  const offer = machine(served(""), MAC).discover();
  assert.equal(offer.packet.yourAddress, "10.77.1.1");
  assert.equal(addressOption(offer.packet, Option.subnetMask), "255.255.0.0");
  assert.equal(addressOption(offer.packet, Option.broadcastAddress), "10.77.255.255");
  assert.equal(addressOption(offer.packet, Option.router), "10.77.0.1");
});

test("a subnet takes what it does not say from the whole", () => {
  const offer = machine(served(`  domain: lab.internal\n${far}, lease_seconds: 600}\n`), MAC).discover({ relay: "10.80.0.1" });
  assert.equal(offer.packet.yourAddress, "10.80.0.10");
  assert.equal(addressOption(offer.packet, Option.router), "10.80.0.1");
  assert.equal(addressOption(offer.packet, Option.domainNameServer), "10.77.0.1");
  assert.equal(Buffer.from(offer.packet.options.get(Option.domainName) ?? []).toString(), "lab.internal");
  assert.equal(Buffer.from(offer.packet.options.get(Option.leaseTime) ?? []).readUInt32BE(), 600);
});

test("a subnet with the interface's name shares our own wire", () => {
  const on = served(`${far}, link: br0}\n`);
  const addresses = ["01", "02", "03"].map((n) => machine(on, `52:54:00:00:00:${n}`).join());
  assert.deepEqual(addresses, ["10.77.1.1", "10.77.1.2", "10.80.0.10"]);
});

test("options of a machine, and excluded addresses", () => {
  const on = served(`  exclude: [10.77.1.1]\n  ntp: [10.77.0.3]\n  machines: {"${MAC}": {ntp: [10.77.0.4]}}\n`);
  const { packet } = machine(on, MAC).discover({ asks: [Option.ntpServers] });
  assert.equal(packet.yourAddress, "10.77.1.2");
  assert.equal(addressOption(packet, Option.ntpServers), "10.77.0.4");
});

const wrong: [string, RegExp][] = [
  [`${far.replace("10.80.0.20", "10.81.0.20")}}\n`, /netboot\.subnets\[0\]\.ranges: 10\.81\.0\.20 is not in 10\.80\.0\.0\/24/],
  [`${far.replace("10.80.0.20", "10.80.0.9")}}\n`, /ends before it begins/],
  [
    `${far}}\n    - {subnet: 10.80.0.128/25, router: 10.80.0.129, ranges: [{from: 10.80.0.130, to: 10.80.0.140}]}\n`,
    /10\.80\.0\.0\/24 overlaps 10\.80\.0\.128\/25/,
  ],
  [`${far}, colour: red}\n`, /colour/],
  ['  search: ["two words"]\n', /is not a domain name/],
];

for (const [yaml, message] of wrong) {
  test(`a mistake is reported with its key: ${message.source}`, () => {
    assert.throws(
      () => served(yaml),
      (error: Error) => message.test(String(error.cause)),
    );
  });
}
