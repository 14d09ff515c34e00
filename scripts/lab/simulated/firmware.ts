/**
 * Simulates the network boot of a machine. Real programs send the requests: busybox's udhcpc for DHCP, and curl for
 * TFTP and HTTP. Only the reaction of firmware and iPXE to the answers is simulated. A BIOS network card loads
 * undionly.kpxe, which sends further requests as iPXE.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabNetwork } from "../network.ts";
import { nextStep, type Step } from "./ipxe.ts";

export interface Plugged {
  network: LabNetwork;
  /** The network namespace that acts as this machine's network card. */
  namespace: string;
  name: string;
  mac: string;
  uuid: string;
}

interface Lease {
  address: string;
  nextServer: string;
  bootFile: string;
}

/** Follows all scripts that make the machine wait, and returns what the machine must boot then. */
export async function bootFromNetwork(machine: Plugged): Promise<Exclude<Step, { kind: "chain" }>> {
  const first = await askForAddress(machine, []);
  if (first.bootFile === "") return { kind: "local" };
  await fetch(machine, `tftp://${first.nextServer}/${first.bootFile}`);
  const asIpxe = await askForAddress(machine, ["-x", `0x4d:${Buffer.from("iPXE").toString("hex")}`]);
  let url = asIpxe.bootFile;
  for (;;) {
    const step = nextStep(await fetch(machine, url), settings(machine, asIpxe));
    if (step.kind !== "chain") return step;
    await sleep(step.afterSeconds * 1000);
    url = step.url;
  }
}

/** Returns the content of the URL as text. For a boot loader, an answer is enough to show that the loader was delivered. */
export const fetch = ({ network, namespace }: Plugged, url: string, ...options: string[]) =>
  network.run("curl", ["-sSf", "--noproxy", "*", "-m", "600", ...options, url], { namespace });

const handler = join(import.meta.dirname, "udhcpc.sh");

async function askForAddress({ network, namespace, uuid }: Plugged, more: string[]): Promise<Lease> {
  const identity = [
    "-V",
    "PXEClient:Arch:00000:UNDI:002001",
    "-x",
    "0x5d:0000",
    "-x",
    "0x5e:010201",
    "-x",
    `0x61:00${uuid.replaceAll("-", "")}`,
  ];
  const asked = ["udhcpc", "-i", "eth0", "-f", "-n", "-q", "-t", "10", "-T", "2", "-s", handler, ...identity, ...more];
  const output = await network.run("busybox", asked, { namespace });
  const said = new Map(output.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  return { address: said.get("address") ?? "", nextServer: said.get("nextServer") ?? "", bootFile: said.get("bootFile") ?? "" };
}

const settings = ({ mac, uuid, name }: Plugged, { address }: Lease) => ({
  "netX/mac": mac,
  "netX/ip": address,
  uuid,
  serial: name,
  manufacturer: "Muster",
  product: "Simulated machine",
  platform: "pcbios",
  buildarch: "i386",
});
