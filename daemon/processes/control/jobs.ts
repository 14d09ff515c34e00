/** Starts the area `jobs` with its engine, which queues playbooks and sends them to the executor. */
import type { JobsApi } from "../../api/jobs/jobs.ts";
import type { RunsApi } from "../../api/jobs/runs.ts";
import type { SchedulesApi } from "../../api/jobs/schedules.ts";
import { recordEnd } from "../../audit/job-records.ts";
import { nodeBindings } from "../../changes/node-bindings.ts";
import { checkOptions } from "../../changes/tools/playbook-options.ts";
import { runVariables } from "../../config/run-variables.ts";
import { reportEnds } from "../../jobs/ends.ts";
import { heardByJobs, JobEngine } from "../../jobs/engine.ts";
import { historyUpkeep } from "../../jobs/history.ts";
import { ansibleDirectory } from "../../jobs/playbooks/ansible-directory.ts";
import { listedPlaybooks, playbookFile } from "../../jobs/playbooks/playbooks.ts";
import { nextTime } from "../../jobs/schedules/cron.ts";
import { type MaintenanceRule, maintenanceNow } from "../../jobs/schedules/maintenance.ts";
import { redact } from "../../log/redact.ts";
import type { ActPorts } from "../../machines/acts/ports.ts";
import { labelsIn } from "../../machines/inventory/reading/labels.ts";
import { remembered } from "../../machines/inventory/remembered.ts";
import type { Shared } from "./shared.ts";

export interface Jobs {
  engine: JobEngine;
  maintenance: MaintenanceRule;
  api: Pick<JobsApi, "cancel" | "output" | "ends"> &
    Pick<ActPorts, "preview"> &
    Pick<RunsApi, "playbooks" | "run" | "nodeGroups"> &
    Pick<SchedulesApi, "maintenance" | "nextTime" | "nodeBindings" | "checkOptions">;
}

export async function startJobs({ config, data, log, parts, stores, audit, link, inventory, todo }: Shared): Promise<Jobs> {
  const { ansible } = config.jobs;
  const engine = new JobEngine({
    ...stores,
    executor: link,
    jobsDir: data.jobs,
    playbook: ansible.playbook,
    limits: {
      runs: ansible.concurrency,
      waveSize: ansible.wave_size,
      gatherMs: ansible.gather_seconds * 1000,
      quietMs: (ansible.gather_seconds * 1000) / 4,
    },
    deadlineSeconds: { ansible: ansible.deadline_seconds },
    unreachableRetries: ansible.unreachable_retries,
    log: log.child({ part: "jobs" }),
    redact,
    ...reportEnds({ todo, jobs: stores.jobs, record: (job) => recordEnd(audit, job) }),
  });
  link.on(heardByJobs, (message) => engine.receive(message));
  await parts.start(
    "job engine",
    () => engine.start(),
    () => engine.stop(),
  );
  const { history_days: days } = config.jobs;
  if (days !== null)
    await parts.start(
      "history upkeep",
      () => historyUpkeep({ history: stores.history, days, log: log.child({ part: "jobs" }) }).start(),
      (upkeep) => upkeep.stop(),
    );
  const maintenance = { windows: config.jobs.maintenance.windows, timeZone: config.jobs.maintenance.time_zone };
  return {
    engine,
    maintenance,
    api: {
      preview: (node, requestedBy) => engine.preview(node, requestedBy),
      cancel: (id, requestedBy) => engine.cancel(id, requestedBy),
      output: (id, after) => engine.output(id, after),
      ends: (id, mostBytes) => engine.ends(id, mostBytes),
      playbooks: listedPlaybooks(ansibleDirectory(config.jobs)),
      run: (nodes, { name }, purpose, requestedBy, order) =>
        engine.run(nodes, { playbook: playbookFile(name), purpose, ...order }, requestedBy),
      nodeGroups: remembered(inventory.file, labelsIn),
      nodeBindings: nodeBindings(inventory.file, runVariables(config)),
      checkOptions: (playbook, options) => checkOptions(playbook.name, options, playbook),
      maintenance: (now) => maintenanceNow(maintenance, now),
      nextTime: (cron, from) => nextTime(cron, maintenance.timeZone, from),
    },
  };
}
