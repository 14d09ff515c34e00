/** Sets up an endurance test. The daemon and a known fleet are on one network, and the load is on a network behind a relay. */
import { randomBytes, randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Event } from "../../../daemon/contract/event.ts";
import { DEFAULT_SUITE, installerFolder } from "../../../daemon/contract/netboot/suite.ts";
import { dataDir } from "../../../daemon/data-dir.ts";
import { Lifecycle } from "../../../daemon/lifecycle.ts";
import { openStores } from "../../../daemon/store/stores.ts";
import { toAddress, toNumber } from "../../../pxe/dhcp/message/address.ts";
import { type LabDaemon, startDaemon } from "../../lab/daemon.ts";
import { createNetwork, type LabNetwork } from "../../lab/network.ts";
import type { Play } from "./load.ts";
import type { Plug } from "./machine.ts";

export interface SoakHall {
  folder: string;
  dataDir: string;
  daemon: LabDaemon;
  journal: string;
  machines: readonly Plug[];
  /** The promise resolves with an error text if the simulated machines (the load) stop by themselves. */
  switchOn(play: Pick<Play, "rampSeconds" | "upSeconds">): Promise<string>;
  arm(machine: Plug): Promise<void>;
  /** Stops the load before the daemon, so that everything is saved. */
  rest(): Promise<void>;
  timelines(): Map<string, Event[]>;
  configured(): Map<string, number>;
  /** Stops all parts, and deletes the folder unless `keep` is true. */
  stop(keep: boolean): Promise<void>;
}

const RELAY = { onTheDaemonsSide: "10.77.0.2", onTheMachines: "10.78.0.1", network: "10.78.0.0/16", first: "10.78.1.1" };
/** The share of machines that are unknown to the daemon, from 0 to 1. The other machines form a fleet that is in service. */
const UNKNOWN_SHARE = 0.05;
/** The leases are short, so that they expire, are renewed and pass to other machines during the run. */
const LEASE_SECONDS = 300;
/** The size of undionly.kpxe in bytes. The load fetches only a part of each kernel and initrd. */
const LOADER_BYTES = 71_137;
const INSTALLER_BYTES = 256 * 1024;
const MOST_EVENTS = 1_000_000;
const repository = join(import.meta.dirname, "../../..");

export async function openHall(count: number): Promise<SoakHall> {
  const folder = mkdtempSync(join(tmpdir(), "muster-soak-"));
  const data = dataDir(join(folder, "data"));
  const journal = join(folder, "journal.jsonl");
  const parts = new Lifecycle();
  try {
    const machines = Array.from({ length: count }, (_, index) => plugOf(index));
    placeBootFiles(data.assets);
    const ansible = placePlaybook(folder);
    const known = machines.slice(0, Math.ceil(count * (1 - UNKNOWN_SHARE)));
    addFleet(data.database, known);
    const network = await parts.start("network", createNetwork, (each) => each.close());
    const namespace = await placeRelay(network);
    const range = { from: RELAY.first, to: toAddress(toNumber(RELAY.first) + Math.ceil(count * 1.05) + 16) };
    const subnet = { subnet: RELAY.network, ranges: [range], router: RELAY.onTheMachines, lease_seconds: LEASE_SECONDS };
    const daemon = await parts.start(
      "daemon",
      () =>
        startDaemon(network, {
          folder,
          dataDir: data.root,
          dhcp: "full",
          mirror: `http://${network.address}/debian`,
          settings: {
            // A single API key arms all machines, so its request limit must be high.
            admin: { control: { requests_per_minute: { normal: 100_000 } }, log: { level: "warn" } },
            netboot: { check_other_servers: false, subnets: [subnet] },
            jobs: { ansible: { directory: ansible, concurrency: 1 } },
            machines: { profile: "preseed" },
          },
        }),
      (each) => each.stop(),
    );
    const key = daemon.createKey("soak", "operator");
    let stopLoad = async () => {};
    return {
      folder,
      dataDir: data.root,
      daemon,
      journal,
      machines: known,
      switchOn(play) {
        const controlUrl = `http://${network.address}:8000`;
        const whole: Play = { ...play, journal, relay: RELAY.onTheMachines, server: network.address, controlUrl, machines };
        const load = network.spawn(process.execPath, [join(import.meta.dirname, "load.ts"), JSON.stringify(whole)], {
          namespace,
          stdio: ["ignore", "ignore", "pipe"],
        });
        let complaint = "";
        load.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint = `${complaint}${text}`.slice(-1000)));
        let resting = false;
        const ended = new Promise<string>((resolve) => load.once("close", (code) => resolve(`${code}: ${complaint}`)));
        stopLoad = async () => {
          resting = true;
          load.kill("SIGTERM");
          const how = await ended;
          if (!how.startsWith("0")) throw new Error(`the load ended with ${how}`);
        };
        return ended.then((how) => (resting ? new Promise<string>(() => {}) : how));
      },
      async arm({ name }) {
        const body = JSON.stringify({ profile: "preseed", confirm: name });
        const headers = ["-H", `authorization: Bearer ${key}`, "-H", "content-type: application/json"];
        await network.run("curl", [
          "-sS",
          "--fail-with-body",
          "-m",
          "10",
          ...headers,
          "-d",
          body,
          `http://127.0.0.1:8000/api/nodes/${name}/arm`,
        ]);
      },
      async rest() {
        await stopLoad();
        await daemon.stop();
      },
      timelines: () => readTimelines(data.database, machines),
      configured: () => readConfigured(folder, known),
      async stop(keep) {
        await parts.stop();
        if (!keep) rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await parts.stop();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function plugOf(index: number): Plug {
  const hex = index.toString(16).padStart(4, "0");
  return { name: `soak-${hex}`, mac: `02:4d:53:00:${hex.slice(0, 2)}:${hex.slice(2)}` };
}

function placeBootFiles(assets: string): void {
  const installer = join(assets, installerFolder(DEFAULT_SUITE));
  for (const place of [join(assets, "ipxe"), installer]) mkdirSync(place, { recursive: true });
  for (const name of ["undionly.kpxe", "snponly.efi"]) writeFileSync(join(assets, "ipxe", name), randomBytes(LOADER_BYTES));
  for (const name of ["linux", "initrd.gz"]) writeFileSync(join(installer, name), randomBytes(INSTALLER_BYTES));
}

/** Creates a playbook that makes no connection and only counts its runs. */
function placePlaybook(folder: string): string {
  const ansible = join(folder, "ansible");
  cpSync(join(repository, "ansible"), ansible, { recursive: true });
  mkdirSync(join(folder, "configured"));
  const count = `echo . >> ${join(folder, "configured")}/{{ inventory_hostname }}`;
  const play = [
    "- hosts: worker_nodes",
    "  gather_facts: false",
    "  connection: local",
    "  tasks:",
    "    - name: count",
    `      ansible.builtin.shell: ${count}`,
  ];
  writeFileSync(join(ansible, "playbook.yaml"), `${play.join("\n")}\n`);
  return ansible;
}

function readConfigured(folder: string, machines: readonly Plug[]): Map<string, number> {
  const counts = new Map<string, number>();
  const macs = new Map(machines.map(({ name, mac }) => [name, mac]));
  for (const name of readdirSync(join(folder, "configured")))
    counts.set(macs.get(name) ?? name, readFileSync(join(folder, "configured", name), "utf8").split("\n").length - 1);
  return counts;
}

function addFleet(database: string, machines: readonly Plug[]): void {
  const { db, registry } = openStores(database);
  const now = new Date().toISOString();
  const event = { source: "control", type: "node.added", summary: "in service before the soak" } as const;
  db.transaction(() => {
    for (const { name, mac } of machines) {
      const state = { phase: "ready", since: now } as const;
      registry.add({ id: randomUUID(), name, macs: [mac], state, facts: {}, createdAt: now, updatedAt: now }, event);
    }
  })();
  db.close();
}

function readTimelines(database: string, machines: readonly Plug[]): Map<string, Event[]> {
  if (!existsSync(database)) throw new Error("the daemon left no database");
  const { db, nodes, events } = openStores(database);
  try {
    return new Map(
      machines.map(({ mac }) => {
        const node = nodes.findByMac(mac);
        return [mac, node ? events.ofNode(node.id, 0, MOST_EVENTS) : []];
      }),
    );
  } finally {
    db.close();
  }
}

/**
 * Starts a router with an interface in each of the two networks. The router gets every address of the machines'
 * network, because the load sends from all these addresses.
 */
async function placeRelay(network: LabNetwork): Promise<string> {
  const { namespace, device } = network.client();
  const ip = (args: string, where?: string) => network.run("ip", args.split(" "), where === undefined ? {} : { namespace: where });
  await ip(`address add ${RELAY.onTheDaemonsSide}/16 dev ${device}`, namespace);
  await ip(`route add local ${RELAY.network} dev lo`, namespace);
  await ip(`route add ${RELAY.network} via ${RELAY.onTheDaemonsSide}`);
  return namespace;
}
