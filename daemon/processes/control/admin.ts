/** Starts the area `admin`, with the API keys, the state of the processes, the daemon's log, the doctor and alerts. */
import { alertRulesOf, startAlerts } from "../../admin/alerts/alerts.ts";
import { rulesInWords } from "../../admin/alerts/rules-in-words.ts";
import { DoctorAsking, type DoctorWanted } from "../../admin/doctor-asking.ts";
import { adoptKeys, firstKey } from "../../admin/first-key.ts";
import { ControlLogBook } from "../../admin/log-book.ts";
import { ProcessNews } from "../../admin/process-news.ts";
import { VERSION } from "../../admin/version.ts";
import { webhookIn } from "../../admin/webhook-file.ts";
import type { AlertsApi } from "../../api/admin/alerts.ts";
import type { DaemonLogApi } from "../../api/admin/daemon-log.ts";
import type { DoctorApi } from "../../api/admin/doctor.ts";
import type { StatusApi } from "../../api/admin/status.ts";
import { recordingKeys } from "../../audit/key-records.ts";
import { redact } from "../../log/redact.ts";
import { strongestMode } from "../../netboot/boot-places.ts";
import type { Shared } from "./shared.ts";

export interface Admin {
  /** Creates the first API key of a new data folder and returns it, to be shown once. */
  createFirstKey(): string | undefined;
  processes: ProcessNews;
  logBook: ControlLogBook;
  doctor: DoctorAsking;
  api: Pick<AlertsApi, "alertRules" | "runbooksFor"> &
    DaemonLogApi &
    DoctorApi &
    Pick<StatusApi, "process" | "executorFigures" | "defaultProfile"> & { version: string };
}

export async function startAdmin(
  shared: Shared,
  runbooksFor: AlertsApi["runbooksFor"],
  toSupervisor?: (wanted: DoctorWanted) => void,
): Promise<Admin> {
  const { config, env, log, parts, stores, audit, link, places } = shared;
  const startedAt = new Date().toISOString();
  recordingKeys(stores.keys, audit, () => adoptKeys(stores.keys, env));
  const processes = new ProcessNews(stores.events);
  const logBook = new ControlLogBook(redact);
  const doctor = new DoctorAsking(toSupervisor);
  link.onState((state) => stores.events.append({ source: "control", type: `executor.${state}`, summary: `the executor is ${state}` }));
  const { webhook_file: webhook } = config.admin.alerts;
  const rules = alertRulesOf(config.admin.alerts);
  await parts.start(
    "alerts",
    () => startAlerts(rules, webhookIn(webhook), { ...stores, redact, runbooksFor, log: log.child({ part: "alerts" }) }),
    (alerts) => alerts.stop(),
  );
  const interfaces = places.map(({ settings, network }) => ({
    interface: settings.interface,
    address: network.address,
    dhcp: settings.dhcp,
  }));
  return {
    createFirstKey: () => recordingKeys(stores.keys, audit, () => firstKey(stores.keys)),
    processes,
    logBook,
    doctor,
    api: {
      version: VERSION,
      defaultProfile: config.machines.profile,
      logBook,
      runbooksFor,
      examine: () => doctor.examine(),
      executorFigures: () => link.figures,
      alertRules: () => rulesInWords(rules, webhook !== undefined),
      process: () => ({
        version: VERSION,
        startedAt,
        dhcpMode: strongestMode(places, config.netboot.dhcp),
        interfaces,
        executor: link.connected ? "connected" : "disconnected",
        netboot: { alive: processes.alive("netboot") },
      }),
    },
  };
}
