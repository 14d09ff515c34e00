/** Builds the control process. The process starts its areas, such as `jobs`, in order and stops the areas in reverse order. */
import type { DoctorNews, DoctorWanted } from "../../admin/doctor-asking.ts";
import type { SupervisorNews } from "../../admin/process-news.ts";
import { alertRunbooks } from "../../changes/alert-runbooks.ts";
import type { Config } from "../../config/config.ts";
import type { DataDir } from "../../data-dir.ts";
import { Lifecycle } from "../../lifecycle.ts";
import type { Log } from "../../log/log.ts";
import type { LogNews } from "../../log/log-tail.ts";
import { keepHandingOver } from "../../machines/enrol/handing-over.ts";
import { startAdmin } from "./admin.ts";
import { startApi } from "./api.ts";
import { startAudit } from "./audit.ts";
import { offered, startChanges } from "./changes.ts";
import { startCluster } from "./cluster.ts";
import { startJobs } from "./jobs.ts";
import { startMachines } from "./machines.ts";
import { startNetbootViews } from "./netboot.ts";
import { ownActs } from "./own-acts.ts";
import { startSchedules } from "./schedules.ts";
import { openShared } from "./shared.ts";

export interface Control {
  url: string;
  /** The first API key. The control process sets and shows this key only at its first start. */
  firstKey: string | undefined;
  news(news: SupervisorNews): void;
  logged(news: LogNews): void;
  examined(news: DoctorNews): void;
  stop(): Promise<void>;
}

export async function startControl(
  config: Config,
  data: DataDir,
  env: NodeJS.ProcessEnv,
  log: Log,
  toSupervisor?: (wanted: DoctorWanted) => void,
): Promise<Control> {
  const parts = new Lifecycle();
  try {
    const shared = await openShared({ config, data, env, log, parts });
    const { link, url } = shared;
    const tools = offered(config);
    const admin = await startAdmin(shared, alertRunbooks(tools), toSupervisor);
    const audit = await startAudit(shared);
    const jobs = await startJobs(shared);
    const netboot = startNetbootViews(shared);
    const machines = await startMachines(shared, jobs.engine, netboot.wake);
    const ports = { ...shared.stores, ...admin.api, ...jobs.api, ...netboot.api, ...machines.api };
    const changes = await startChanges(shared, ownActs(ports), tools);
    await startSchedules(shared, jobs, changes.desk);
    const cluster = await startCluster(shared);
    // The link to the executor starts after the areas, so that every area receives the executor's first message.
    await parts.start(
      "executor link",
      () => link.start(),
      () => link.close(),
    );
    const areas = { ...admin.api, ...audit.api, ...jobs.api, ...netboot.api, ...machines.api, ...changes.api, ...cluster.api };
    await startApi(shared, areas);
    await parts.start(
      "handing over",
      () => keepHandingOver(machines.handover, log),
      (handingOver) => handingOver.stop(),
    );
    return {
      url: url.now,
      // Last, because a start that fails after this line would create a key that it does not show.
      firstKey: admin.createFirstKey(),
      news: (news) => admin.processes.take(news),
      logged: (news) => admin.logBook.take(news),
      examined: (news) => admin.doctor.take(news),
      stop: () => parts.stop(),
    };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}
