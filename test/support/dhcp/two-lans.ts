/**
 * A second LAN next to the lab's: another bridge on the same machine, with its own clients. No packets are
 * routed between the two.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabNetwork } from "../../../scripts/lab/network.ts";

export interface Client {
  namespace: string;
  device: string;
}

export interface Lan {
  device: string;
  /** Our address on that LAN. */
  address: string;
  client(): Promise<Client>;
}

export const SECOND = { device: "br1", address: "10.88.0.1" };

export async function addSecondLan(network: LabNetwork): Promise<void> {
  await network.run("ip", ["link", "add", SECOND.device, "type", "bridge", "stp_state", "0", "forward_delay", "0"]);
  await network.run("ip", ["address", "add", `${SECOND.address}/24`, "dev", SECOND.device]);
  await network.run("ip", ["link", "set", SECOND.device, "up"]);
}

/** The lab's own LAN and the second one. */
export function twoLans(network: LabNetwork): [Lan, Lan] {
  let ports = 0;
  return [
    { device: "br0", address: network.address, client: async () => network.client() },
    {
      ...SECOND,
      async client() {
        const { namespace } = network.client();
        await network.run("ip", ["link", "delete", "eth0"], { namespace });
        const port = `second${++ports}`;
        await network.run("ip", ["link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
        await network.run("ip", ["link", "set", port, "master", SECOND.device, "up"]);
        await network.run("ip", ["link", "set", "eth0", "up"], { namespace });
        return { namespace, device: "eth0" };
      },
    },
  ];
}

/** Runs udhcpc and sets the address it gets. Returns the NAME=value lines that its script receives. */
export async function udhcpc(
  network: LabNetwork,
  folder: string,
  { namespace, device }: Client,
  ...more: string[]
): Promise<Map<string, string>> {
  const script = join(folder, "print");
  writeFileSync(
    script,
    '#!/bin/sh\n[ "$1" = bound ] && env && ip address flush dev $interface && ip address add "$ip/$mask" dev $interface\nexit 0\n',
    { mode: 0o755 },
  );
  const options = ["-i", device, "-f", "-n", "-q", "-t", "5", "-T", "2", "-s", script, ...more];
  const output = await network.run("udhcpc", options, { namespace });
  return new Map(output.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** Options that firmware sends and an operating system does not: 60, 93 and 94, and those that iPXE adds. */
export const asFirmware = ["-V", "PXEClient:Arch:00000:UNDI:002001", "-x", "0x5d:0000", "-x", "0x5e:010201"];
export const asIpxe = [...asFirmware, "-x", `0x4d:${Buffer.from("iPXE").toString("hex")}`];
