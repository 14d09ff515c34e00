/** The call-home program finds the MAC address of the card with which the firmware boots, in a real network namespace. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { templateText } from "../../../../daemon/netboot/scripts/templates.ts";
import { createNetwork, type LabNetwork, noNetwork } from "../../../../scripts/lab/network.ts";

const CARD = "00:16:3e:00:00:0a";
const BRIDGE = "02:9f:11:22:33:44";
const program = `${templateText("call-home.py").replace("sys.exit(main())", "")}
print(mac_towards(address_towards(sys.argv[1])))`;

let lab: LabNetwork;
before(() => {
  if (!noNetwork) lab = createNetwork();
});
after(() => lab?.close());

/** Returns the MAC address that a machine reports. Each line is a command of iproute2 without the word `ip`. */
async function macAfter(lines: string[], url = "http://10.0.0.2:8000"): Promise<string> {
  const { namespace } = lab.client();
  await lab.run("ip", ["link", "delete", "eth0"], { namespace });
  for (const line of lines) await lab.run("ip", line.split(" "), { namespace });
  return (await lab.run("python3", ["-c", program, url], { namespace })).trim();
}

const card = (name: string, mac: string) => [
  `link add ${name} address ${mac} type veth peer name ${name}-peer`,
  `link set ${name}-peer up`,
  `link set ${name} up`,
];

test("a bridge has the address, and the card below it is reported", { skip: noNetwork }, async () => {
  const mac = await macAfter([
    `link add br0 address ${BRIDGE} type bridge`,
    ...card("eno1", CARD),
    "link set eno1 master br0",
    "link set br0 up",
    "address add 10.0.0.11/24 dev br0",
  ]);
  assert.equal(mac, CARD);
});

test("an interface on a bridge has the address, and the card below both is reported", { skip: noNetwork }, async () => {
  const mac = await macAfter([
    `link add br0 address ${BRIDGE} type bridge`,
    ...card("eno1", CARD),
    "link set eno1 master br0",
    "link set br0 up",
    "link add link br0 name above address 02:9f:11:22:33:55 type macvlan",
    "link set above up",
    "address add 10.0.0.11/24 dev above",
  ]);
  assert.equal(mac, CARD);
});

test("the card that has a link is reported when a bridge has several", { skip: noNetwork }, async () => {
  const mac = await macAfter([
    `link add br0 address ${BRIDGE} type bridge`,
    "link add eno1 address 00:16:3e:00:00:0b type veth peer name eno1-peer",
    ...card("eno2", CARD),
    "link set eno1 master br0",
    "link set eno2 master br0",
    "link set br0 up",
    "address add 10.0.0.11/24 dev br0",
  ]);
  assert.equal(mac, CARD);
});

test("a second address of the card is found", { skip: noNetwork }, async () => {
  const mac = await macAfter([
    ...card("eno1", CARD),
    "address add 10.0.0.11/24 dev eno1",
    "address add 10.0.0.99/24 dev eno1",
    "route replace 10.0.0.0/24 dev eno1 src 10.0.0.99",
  ]);
  assert.equal(mac, CARD);
});

test("a control node with an IPv6 address is reached", { skip: noNetwork }, async () => {
  const mac = await macAfter([...card("eno1", CARD), "address add fd00:77::11/64 dev eno1 nodad"], "http://[fd00:77::2]:8000");
  assert.equal(mac, CARD);
});
