/**
 * Defines the metrics of the executor: runs, steps, SSH connections and refused executions. The executor
 * reports these figures to control.
 */
import { Gauge, type Registry as Metrics } from "prom-client";
import type { ExecutorFigures } from "../../contract/executor-protocol.ts";

/** Returns undefined while the executor is disconnected. All metrics of a disconnected executor are 0. */
export type LastFigures = () => ExecutorFigures | undefined;

export function executorMetrics(metrics: Metrics, last: LastFigures): void {
  const gauge = (name: string, help: string, of: keyof ExecutorFigures) =>
    new Gauge({
      name,
      help,
      registers: [metrics],
      collect() {
        this.set(last()?.[of] ?? 0);
      },
    });
  gauge("muster_executor_runs", "Runs of Ansible for jobs that are at work in the executor", "runs");
  gauge("muster_executor_steps", "Steps of plans that are at work in the executor", "steps");
  gauge("muster_executor_ssh_connections", "Machines the executor is connected to over SSH for steps of plans", "sshConnections");
  gauge("muster_executor_refused_warrants", "Executions the executor would not begin, since it started", "refusedWarrants");
}
