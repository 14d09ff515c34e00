/** The real quarantine over real stores. The job of an admitted machine is only stored, because no engine runs it. */
import type { QuarantinePorts } from "../../../daemon/machines/acts/records/quarantine.ts";
import { Quarantine } from "../../../daemon/machines/enrol/quarantine.ts";
import { queuing } from "../queuing.ts";
import type { World } from "../world.ts";

export function quarantineIn(world: World): QuarantinePorts["quarantine"] & { list: Quarantine["list"]; keepOut: Quarantine["keepOut"] } {
  const quarantine = new Quarantine(world);
  const { engine } = queuing(world);
  return {
    list: (all) => quarantine.list(all),
    keepOut: (...claim) => quarantine.keepOut(...claim),
    find: (id) => quarantine.find(id),
    replaces: (id, wish) => quarantine.replaces(id, wish),
    discard: (id, by) => quarantine.discard(id, by),
    release: async (id, wish, by) => {
      const node = quarantine.release(id, wish, by);
      return { node, job: engine.provision(node, by) };
    },
  };
}
