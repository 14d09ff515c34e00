/** Builds the control process: stores, job engine, reception, API, page; and the clock that ends overdue phases. */
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { captureOf } from "../../../pxe/capture/rings.ts";
import { DoctorAsking, type DoctorNews, type DoctorWanted } from "../../admin/doctor-asking.ts";
import { adoptKeys, firstKey } from "../../admin/first-key.ts";
import { ControlLogBook } from "../../admin/log-book.ts";
import { ProcessNews, type SupervisorNews } from "../../admin/process-news.ts";
import type { RunsApi } from "../../api/jobs/runs.ts";
import { buildApi } from "../../api/server.ts";
import { readCheckpoints } from "../../audit/checkpoint-files.ts";
import { recordingKeys } from "../../audit/key-records.ts";
import { AuditLog } from "../../audit/log.ts";
import { type Config, loadAccess } from "../../config/config.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import { ExecutorLink } from "../../executor-link/link.ts";
import { JobEngine } from "../../jobs/engine.ts";
import { listedPlaybooks, playbookFile } from "../../jobs/playbooks/playbooks.ts";
import { ScheduleClock } from "../../jobs/schedules/clock.ts";
import { nextTime } from "../../jobs/schedules/cron.ts";
import { maintenanceNow } from "../../jobs/schedules/maintenance.ts";
import { Lifecycle } from "../../lifecycle.ts";
import type { Log } from "../../log/log.ts";
import type { LogNews } from "../../log/log-tail.ts";
import { redact } from "../../log/redact.ts";
import { keepHandingOver } from "../../machines/enrol/handing-over.ts";
import { inNetworks } from "../../machines/enrol/networks.ts";
import { Reception } from "../../machines/enrol/reception.ts";
import { Inventory } from "../../machines/inventory/inventory.ts";
import { KnownHosts } from "../../machines/inventory/known-hosts.ts";
import { failureOf, neverBegun, TodoFile } from "../../machines/inventory/todo.ts";
import { Deadlines } from "../../machines/overdue.ts";
import { RemotePower } from "../../machines/power/remote.ts";
import { Switchboard } from "../../machines/power/switchboard.ts";
import { bootFilesFor } from "../../netboot/boot-files.ts";
import { quirkFile } from "../../netboot/quirks/quirk-file.ts";
import { openStores } from "../../store/stores.ts";
import { type BootPlace, bootPlaces, controlUrl } from "../address.ts";
import { ansibleDirectory } from "../ansible-directory.ts";
import { VERSION } from "../version.ts";
import { startAlerts } from "./alerts.ts";
import { auditKeeper } from "./audit-keeper.ts";
import { governed } from "./changes.ts";
import { enrolment } from "./enrolment.ts";
import { explainer } from "./explaining.ts";
import { inventoryFor } from "./inventory.ts";
import { recordEnd, scheduledRuns } from "./job-records.ts";
import { networkNow } from "./network-now.ts";
import { shownSettings } from "./shown-settings.ts";
import { wakeOn } from "./wake.ts";

export interface Control {
  url: string;
  /** Shown once, at the very first start. */
  firstKey: string | undefined;
  news(news: SupervisorNews): void;
  logged(news: LogNews): void;
  examined(news: DoctorNews): void;
  stop(): Promise<void>;
}

const pageRoot = join(import.meta.dirname, "../../../web/dist");

export async function startControl(
  config: Config,
  data: DataDir,
  env: NodeJS.ProcessEnv,
  log: Log,
  toSupervisor?: (wanted: DoctorWanted) => void,
): Promise<Control> {
  const parts = new Lifecycle();
  try {
    const stores = await parts.start(
      "database",
      () => openStores(data.database),
      ({ db }) => db.close(),
    );
    const { nodes, events, registry, keys } = stores;
    const audit = new AuditLog(stores.db);
    loadAccess(config); // a placeholder stops the start here, before anybody relies on it
    const shownKey = recordingKeys(keys, audit, () => {
      adoptKeys(keys, env);
      return firstKey(keys);
    });
    const keeper = await parts.start(
      "audit",
      () => auditKeeper(config, data, audit, events, log.child({ part: "audit" })).start(),
      (keeper) => keeper.stop(),
    );
    const places = bootPlaces(config);
    const startedAt = new Date().toISOString();
    const processes = new ProcessNews(events);
    const logBook = new ControlLogBook(redact);
    const doctor = new DoctorAsking(toSupervisor);

    const todo = new TodoFile(data.todo);
    const link: ExecutorLink = new ExecutorLink(
      data.executorSocket,
      log.child({ part: "executor link" }),
      (message) => {
        if (message.type === "powered") return remotePower.receive(message);
        engine.receive(message);
        desk.receive(message);
      },
      (state) => {
        events.append({ source: "control", type: `executor.${state}`, summary: `the executor is ${state}` });
        if (state === "connected") return;
        remotePower.lost();
        desk.lost();
      },
    );
    const remotePower = new RemotePower((message) => link.send(message), config.power.timeout_seconds);
    const wake = (node: Node) => wakeOn(places, node);
    const engine = new JobEngine({
      ...stores,
      executor: link,
      jobsDir: data.jobs,
      playbook: config.ansible.playbook,
      limits: {
        runs: config.ansible.concurrency,
        waveSize: config.ansible.wave_size,
        gatherMs: config.ansible.gather_seconds * 1000,
        quietMs: (config.ansible.gather_seconds * 1000) / 4,
      },
      deadlineSeconds: { ansible: config.ansible.deadline_seconds },
      unreachableRetries: config.ansible.unreachable_retries,
      log: log.child({ part: "jobs" }),
      redact,
      onSuccess: async (job) => {
        await todo.solved(job, (id) => stores.jobs.find(id));
        recordEnd(audit, job);
      },
      onFailure: async (job, node, output) => {
        await todo.add(failureOf(job, node, output));
        recordEnd(audit, job);
      },
    });
    const inventory = new Inventory(data.inventory);
    const { desk, offer } = governed(config, env, { data, stores, executor: link, inventory: inventory.file, log });
    const reception = new Reception({
      ...stores,
      inventory,
      knownHosts: new KnownHosts(data.knownHosts),
      provision: (node, requestedBy) => engine.provision(node, requestedBy),
      isNodeAddress: inNetworks(nodeNetworks(config, places)),
    });
    await parts.start(
      "job engine",
      () => engine.start(),
      () => engine.stop(),
    );
    await parts.start(
      "desk",
      () => desk.start(),
      () => desk.stop(),
    );
    await parts.start(
      "executor link",
      () => link.start(),
      () => link.close(),
    );
    await parts.start(
      "deadlines",
      () => new Deadlines(registry, nodes, log, (node) => todo.add(neverBegun(node))).start(),
      (deadlines) => deadlines.stop(),
    );

    const playbooks = listedPlaybooks(ansibleDirectory(config));
    const run: RunsApi["run"] = (targets, { name }, purpose, requestedBy, turn) =>
      engine.run(targets, { playbook: playbookFile(name), purpose, ...turn }, requestedBy);
    const maintenance = { windows: config.maintenance.windows, timeZone: config.maintenance.time_zone };
    await parts.start(
      "schedules",
      () => {
        const parts = { ...stores, log: log.child({ part: "schedules" }), maintenance, playbooks, run: scheduledRuns(audit, desk, run) };
        return new ScheduleClock(parts).start();
      },
      (clock) => clock.stop(),
    );
    await parts.start(
      "alerts",
      () => startAlerts(config.alerts, { ...stores, redact, log: log.child({ part: "alerts" }) }),
      (alerts) => alerts.stop(),
    );
    let url = controlUrl(config, places[0]?.network);
    const api = await parts.start(
      "api",
      () =>
        buildApi({
          ...stores,
          audit,
          checkpoints: () => {
            keeper.tick(); // an export carries the proof of its own end
            return readCheckpoints(data.audit).map(({ note }) => note);
          },
          log,
          logBook,
          executorFigures: () => link.figures,
          examine: () => doctor.examine(),
          ...shownSettings(config, log),
          version: VERSION,
          pageRoot: existsSync(join(pageRoot, "index.html")) ? pageRoot : undefined,
          openMetrics: config.control.open_metrics,
          limits: config.control.requests_per_minute,
          defaultProfile: config.profile,
          requireBootFiles: (profile) => {
            const missing = bootFilesFor(profile).find((file) => !existsSync(join(data.assets, file)));
            if (missing) throw new MusterError("BOOT_FILES_MISSING", `${missing} is not among the assets`);
          },
          forget: (node) => reception.forget(node),
          requireWorker: (name) => inventory.requireWorker(name),
          promote: (name) => inventory.promoteHost(name),
          wake,
          power: new Switchboard(config.power, { wake, remote: remotePower }),
          provision: (node, requestedBy) => reception.handover.again(node, requestedBy),
          playbooks,
          run,
          maintenance: (now) => maintenanceNow(maintenance, now),
          nextTime: (cron, from) => nextTime(cron, maintenance.timeZone, from),
          preview: (node, requestedBy) => engine.preview(node, requestedBy),
          cancel: (id, requestedBy) => engine.cancel(id, requestedBy),
          output: (id, after) => engine.output(id, after),
          ends: (id, mostBytes) => engine.ends(id, mostBytes),
          receive: (callHome) => reception.receive(callHome),
          quarantine: {
            list: (all) => reception.quarantine.list(all),
            release: (id, wish, by) => reception.release(id, wish, by),
            discard: (id, by) => reception.quarantine.discard(id, by),
          },
          inventory: inventoryFor(inventory),
          desk,
          offer,
          enrol: enrolment(config, data, () => url),
          process: () => ({
            version: VERSION,
            startedAt,
            dhcpMode: strongestMode(config, places),
            interfaces: places.map(({ settings, network }) => ({
              interface: settings.interface,
              address: network.address,
              dhcp: settings.dhcp,
            })),
            executor: link.connected ? "connected" : "disconnected",
            netboot: { alive: processes.alive("netboot") },
          }),
          explain: explainer(config, data, stores, places),
          network: () => networkNow(places, stores),
          quirkLines: quirkFile(),
          capture: ({ macs }) => captureOf(data.captures, macs),
        }),
      (server) => server.close(),
    );
    await listen(api, config);
    const { port } = api.server.address() as AddressInfo; // 0 lets the system choose
    url = controlUrl({ ...config, control: { ...config.control, port } }, places[0]?.network);
    await parts.start(
      "handing over",
      () => keepHandingOver(reception.handover, log),
      (handingOver) => handingOver.stop(),
    );
    return {
      url,
      firstKey: shownKey,
      news: (news) => processes.take(news),
      logged: (news) => logBook.take(news),
      examined: (news) => doctor.take(news),
      stop: () => parts.stop(),
    };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

async function listen(api: Awaited<ReturnType<typeof buildApi>>, { control }: Config): Promise<void> {
  try {
    await api.listen({ host: control.host, port: control.port });
  } catch (cause) {
    throw new MusterError("PORT_UNAVAILABLE", `control.port: cannot listen on ${control.host}:${control.port}`, { cause });
  }
}

/** Loopback where no boot network is set up: a first look at Muster on a laptop. */
function nodeNetworks({ control }: Config, places: readonly BootPlace[]): string[] {
  if (control.node_networks.length > 0) return control.node_networks;
  // Machines behind a relay boot from here too.
  const booting = places.flatMap(({ network, settings }) => [network.cidr, ...settings.subnets.map(({ subnet }) => subnet)]);
  return booting.length > 0 ? [...new Set(booting)] : ["127.0.0.0/8"];
}

/** One word for all interfaces: whether addresses are handed out anywhere, or boot files named. */
function strongestMode({ netboot }: Config, places: readonly BootPlace[]): Config["netboot"]["dhcp"] {
  const modes = places.map(({ settings }) => settings.dhcp);
  return (["full", "proxy"] as const).find((mode) => modes.includes(mode)) ?? (places.length > 0 ? "off" : netboot.dhcp);
}
