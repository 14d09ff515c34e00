/** Releases an address that netboot set aside after a conflict. Netboot owns the address pools, so control only asks. */
import * as z from "zod";
import type { LeaseView, Network } from "../../contract/netboot/network.ts";
import { MusterError } from "../../errors/errors.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Acts } from "../../machines/acts/own-acts.ts";
import type { Requester } from "../../machines/acts/requester.ts";
import type { EventStore } from "../../store/events.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

export interface ReleasePorts {
  leases: LeaseTable;
  events: EventStore;
  network(): Network;
}

/** The longest wait for netboot in milliseconds. Netboot reads release requests twice a second, so five seconds are enough. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;

export async function releaseAddress(
  { leases, events, network }: ReleasePorts,
  { address }: { address: string },
  requester: Requester,
): Promise<string> {
  const found = network().leases.find((lease) => lease.address === address);
  if (!found) throw new MusterError("LEASE_NOT_FOUND", `address: no machine has or had ${address}, and it is not set aside`);
  if (found.state !== "declined" && found.state !== "conflict")
    throw new MusterError(
      "LEASE_IN_USE",
      `address: ${address} is ${found.state === "leased" ? "leased to" : "kept for"} ${holderOf(found)}`,
    );
  requester.permit({ tool: "address_release", parameters: { address } });
  leases.askRelease(address);
  await untilDone(leases, address);
  const message = `${address} can be leased again`;
  events.append({ source: "control", type: "dhcp.given-back", summary: `${message}, released by ${requester.name}` });
  return message;
}

const AddressValues = z.strictObject({ address: z.ipv4() });

export const addressActs = (ports: ReleasePorts): Acts => ({
  address_release: ({ parameters }, by) => releaseAddress(ports, AddressValues.parse(parameters), by),
});

const holderOf = ({ node, mac }: LeaseView): string => node ?? mac ?? "a machine";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits until the netboot process has released the address. Throws NETBOOT_SILENT if netboot does not release the address in
 * time.
 */
async function untilDone(leases: LeaseTable, address: string): Promise<void> {
  for (const until = steadyMs() + PATIENCE_MS; steadyMs() < until; await sleep(LOOK_MS))
    if (!leases.releasesAsked().includes(address)) return;
  // Removes the release request, so that netboot cannot release the address after this failure.
  leases.endRelease(address);
  throw new MusterError("NETBOOT_SILENT", `netboot did not release ${address} within ${PATIENCE_MS / 1000} s`);
}
