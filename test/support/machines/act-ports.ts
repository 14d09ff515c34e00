/** The ports of the acts over real stores. Ports that reach outside of the database only record the call. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deed, Requester } from "../../../daemon/machines/acts/requester.ts";
import { inventoryFor } from "../../../daemon/machines/inventory/editing.ts";
import { Inventory } from "../../../daemon/machines/inventory/inventory.ts";
import { networkNow } from "../../../daemon/netboot/dhcp/network-now.ts";
import type { OwnActPorts } from "../../../daemon/processes/control/own-acts.ts";
import { queuing } from "../queuing.ts";
import type { World } from "../world.ts";
import { cards } from "./cards.ts";
import { quarantineIn } from "./quarantine.ts";

export interface ActLab {
  ports: OwnActPorts;
  /** The recorded calls, in order. */
  effects: string[];
}

export function actPorts(world: World, changed: Partial<OwnActPorts> = {}): ActLab {
  const effects: string[] = [];
  const { engine } = queuing(world);
  const ports: OwnActPorts = {
    ...world,
    defaultProfile: "preseed",
    requireBootFiles: () => undefined,
    forget: async ({ name }) => void effects.push(`forget ${name}`),
    wake: async ({ name }) => {
      effects.push(`wake ${name}`);
      return `Wake-on-LAN sent to ${name}`;
    },
    power: {
      means: () => "command",
      perform: async ({ name }, action) => {
        effects.push(`power ${action} ${name}`);
        return { driver: "command", message: `${name} is switched` };
      },
    },
    inventory: inventoryFor(new Inventory(join(tmpdir(), "there-is-no-such-folder", "inventory.yaml"))),
    requireWorker: () => undefined,
    promote: async (name) => void effects.push(`promote ${name}`),
    provision: async (node, by) => engine.provision(node, by),
    preview: (node, by) => engine.preview(node, by),
    cancel: (id, by) => engine.cancel(id, by),
    network: () => networkNow(cards("{ interface: eth1, dhcp: full, range: { from: 10.0.0.10, to: 10.0.0.20 } }"), world),
    quarantine: quarantineIn(world),
    ...changed,
  };
  return { ports, effects };
}

/** A requester that records what it permits, or throws instead. */
export function requester(refusal?: Error): Requester & { asked: Deed[] } {
  const asked: Deed[] = [];
  return {
    asked,
    name: "ada",
    permit: (deed) => {
      asked.push(deed);
      if (refusal) throw refusal;
    },
  };
}
