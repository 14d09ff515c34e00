/** Starts the area `machines`, which covers enrolment, deadlines, power and the inventory. */
import type { CallHomeApi } from "../../api/machines/call-home.ts";
import type { InventoryApi } from "../../api/machines/inventory.ts";
import type { TokensApi } from "../../api/machines/tokens.ts";
import type { JobEngine } from "../../jobs/engine.ts";
import type { ActPorts } from "../../machines/acts/ports.ts";
import { checkAddress } from "../../machines/enrol/claimed-address.ts";
import type { Handover } from "../../machines/enrol/handover.ts";
import { nodeNetworks } from "../../machines/enrol/networks.ts";
import { Reception } from "../../machines/enrol/reception.ts";
import { inventoryFor } from "../../machines/inventory/editing.ts";
import { KnownHosts } from "../../machines/inventory/known-hosts.ts";
import { neverBegun } from "../../machines/inventory/todo.ts";
import { Deadlines } from "../../machines/overdue.ts";
import { RemotePower } from "../../machines/power/remote.ts";
import { type Means, Switchboard } from "../../machines/power/switchboard.ts";
import { bootingNetworks, ownAddresses } from "../../netboot/boot-places.ts";
import { enrolScript } from "../../netboot/scripts/enrol.ts";
import { rootKeys } from "../netboot/fleet-content.ts";
import type { Shared } from "./shared.ts";

export interface Machines {
  handover: Handover;
  api: Omit<CallHomeApi, "byHand"> &
    Pick<InventoryApi, "inventory"> &
    Pick<ActPorts, "inventory" | "forget" | "wake" | "power" | "requireWorker" | "promote" | "provision"> &
    Pick<TokensApi, "enrol">;
}

export async function startMachines(
  { config, data, log, parts, stores, link, inventory, todo, places, url }: Shared,
  engine: Pick<JobEngine, "provision">,
  wake: Means["wake"],
): Promise<Machines> {
  const remote = new RemotePower((message) => link.send(message), config.machines.power.timeout_seconds);
  link.on(["powered"], (message) => remote.receive(message));
  link.onState((state) => state === "disconnected" && remote.lost());
  const reception = new Reception({
    ...stores,
    inventory,
    knownHosts: new KnownHosts(data.knownHosts),
    provision: (node, requestedBy) => engine.provision(node, requestedBy),
    checkAddress: (claimed, sender) =>
      checkAddress(claimed, sender, {
        networks: nodeNetworks(config.machines.call_home.networks, bootingNetworks(places)),
        relayed: config.machines.call_home.relayed,
        own: ownAddresses,
      }),
  });
  const { handover, quarantine } = reception;
  await parts.start(
    "deadlines",
    () => new Deadlines(stores.registry, stores.nodes, log, (node) => todo.add(neverBegun(node))).start(),
    (deadlines) => deadlines.stop(),
  );
  return {
    handover,
    api: {
      receive: (callHome, sender) => reception.receive(callHome, sender),
      quarantine: {
        list: (all) => quarantine.list(all),
        find: (id) => quarantine.find(id),
        replaces: (id, wish) => reception.replaces(id, wish),
        release: (id, wish, by) => reception.release(id, wish, by),
        discard: (id, by) => quarantine.discard(id, by),
      },
      inventory: inventoryFor(inventory),
      forget: (node) => reception.forget(node),
      requireWorker: (name) => inventory.requireWorker(name),
      promote: (name) => inventory.promoteHost(name),
      provision: (node, requestedBy) => handover.again(node, requestedBy),
      wake,
      power: new Switchboard(config.machines.power, { wake, remote }),
      enrol: {
        url: () => url.now,
        script: (token, name) => enrolScript({ controlUrl: url.now, token, name, sshKeys: rootKeys(config, data) }),
      },
    },
  };
}
