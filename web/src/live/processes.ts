/** Which of the daemon's own processes are away, and what that means for the fleet. Pure. */
import type { Event } from "../../../daemon/contract/event.ts";

/** Names of processes that ended and have not come back. */
export type Away = ReadonlySet<string>;

export const awayAtFirst = (status: { executor: "connected" | "disconnected"; netboot: { alive: boolean } }): Away =>
  new Set([...(status.executor === "connected" ? [] : ["executor"]), ...(status.netboot.alive ? [] : ["netboot"])]);

export function takeProcessEvent(away: Away, event: Event): Away {
  const name = nameOf(event);
  if (name === undefined) return away;
  const next = new Set(away);
  if (event.type === "process.exited" || event.type === "executor.disconnected") next.add(name);
  else next.delete(name);
  return next;
}

/** A process that started is not yet a connected executor: only its own event says that. */
function nameOf({ type, detail }: Event): string | undefined {
  if (type === "executor.connected" || type === "executor.disconnected") return "executor";
  const name = type === "process.exited" || type === "process.started" ? detail?.process : undefined;
  return typeof name === "string" && !(name === "executor" && type === "process.started") ? name : undefined;
}

export function meaning(name: string): string {
  switch (name) {
    case "netboot":
      return "No machine can boot from the network until netboot is back.";
    case "executor":
      return "Playbooks wait until the executor is back; runs that had begun go on.";
    default:
      return `${name} has ended and is being started again.`;
  }
}
