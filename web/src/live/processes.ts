/** Tracks the processes of the daemon that are down, and describes the consequence for the fleet. Pure. */
import type { Event } from "../../../daemon/contract/event.ts";

/** The names of processes that have ended and have not restarted. */
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

/**
 * Ignores the start of the executor process, because a started executor is not connected yet. Only the event
 * `executor.connected` reports the connection.
 */
function nameOf({ type, detail }: Event): string | undefined {
  if (type === "executor.connected" || type === "executor.disconnected") return "executor";
  const name = type === "process.exited" || type === "process.started" ? detail?.process : undefined;
  return typeof name === "string" && !(name === "executor" && type === "process.started") ? name : undefined;
}

export function meaning(name: string): string {
  switch (name) {
    case "netboot":
      return "No machine can boot from the network until the netboot process runs again.";
    case "executor":
      return "Playbooks wait until the executor process is connected again. Running ones continue.";
    default:
      return `${name} has ended and is being restarted.`;
  }
}
