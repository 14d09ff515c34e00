/**
 * Periodically hands nodes over to Ansible if they called home but have no job. A node has no job if the inventory
 * was invalid or locked during its call-home.
 */
import type { Node } from "../../contract/machines/node.ts";
import { explain } from "../../errors/errors.ts";
import { PeriodicTask } from "../../errors/periodic-task.ts";
import type { Log } from "../../log/log.ts";
import type { Handover } from "./handover.ts";

const EVERY_MS = 3000;
const WAITING = "nodes that called home wait for their job; retrying until they have it";

/** Starts the periodic check. Resolves when the first check has ended. */
export async function keepHandingOver(
  handover: Pick<Handover, "resume">,
  log: Pick<Log, "error">,
  everyMs = EVERY_MS,
): Promise<{ stop(): Promise<void> }> {
  let logged = new Set<string>();
  let stopped = false;
  const look = async (): Promise<void> => {
    const reasons = new Map<string, { error: unknown; nodes: string[] }>();
    const note = ({ name }: Node, error: unknown): void => {
      const reason = explain(error);
      const known = reasons.get(reason);
      known ? known.nodes.push(name) : reasons.set(reason, { error, nodes: [name] });
    };
    await handover.resume(note).catch((error: unknown) => reasons.set(explain(error), { error, nodes: [] }));
    if (stopped) return; // errors after `stop` are caused by closed files, not by the inventory
    for (const [reason, { error, nodes }] of reasons) if (!logged.has(reason)) log.error({ err: error, nodes }, WAITING);
    logged = new Set(reasons.keys());
  };
  await look();
  const rounds = new PeriodicTask({ everyMs, run: look, log, failure: WAITING }).start();
  return {
    stop: () => {
      stopped = true;
      return rounds.stop();
    },
  };
}
