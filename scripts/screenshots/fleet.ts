/**
 * Creates an invented fleet on a working day, for pictures of the page. Only the times of the events change from run
 * to run.
 */
import type { Facts, NodeState } from "../../daemon/contract/machines/node.ts";
import type { Mission } from "../../test/web/mission.ts";

const MINUTE_MS = 60_000;
const models = ["OptiPlex 7010", "ThinkCentre M72e", "EliteDesk 800 G1", "ProLiant MicroServer"];
const ways: [afterMinutes: number, type: string, summary: string][] = [
  [0, "node.armed", "armed by maria: its next network boot installs it"],
  [2, "dhcp.offer", "offered 10.77.0.4 and ipxe.efi"],
  [2.2, "boot.script", "boot script: the installer"],
  [2.5, "install.handed-out", "installer handed out"],
  [3.1, "install.start", "installer started"],
  [3.4, "install.partition", "partitioning /dev/sda"],
  [4.2, "install.base", "unpacking the base system"],
  [8.9, "install.late", "last steps"],
  [9.4, "install.done", "done, restarts"],
  [11, "node.called-home", "called home from 10.77.0.4"],
  [11.2, "node.configuring", "being configured"],
  [14.8, "node.ready", "ready"],
];

export async function inhabit(world: Mission): Promise<void> {
  const begin = Date.now() - 9 * 60 * MINUTE_MS;
  const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
  for (let index = 1; index <= 28; index++) {
    const id = `machine-${index}`;
    const name = `rack${1 + Math.floor((index - 1) / 10)}-n${index}`;
    const state = stateOf(index, ago);
    const began = begin + index * 17 * MINUTE_MS;
    world.registry.add(
      {
        id,
        name,
        macs: [`52:54:00:4d:01:${index.toString(16).padStart(2, "0")}`],
        state,
        address: `10.77.0.${index + 10}`,
        facts: factsOf(index),
        createdAt: new Date(began).toISOString(),
        updatedAt: ago(1),
      },
      { source: "netboot", type: "node.discovered", summary: "seen for the first time" },
    );
    if (state.phase === "discovered") continue;
    const slowness = 1 + (index % 5) / 10 + (index % 7 === 0 ? 1.2 : 0);
    const steps = state.phase === "install-failed" ? [...ways.slice(0, 7), failure] : ways.slice(0, stepsBefore[state.phase]);
    const atWork = state.phase === "installing" || state.phase === "called-home" || state.phase === "armed";
    const from = atWork ? Date.now() - ((steps.at(-1)?.[0] ?? 0) * slowness + 1) * MINUTE_MS : began;
    for (const [after, type, summary] of steps)
      world.events.append({ source: "control", type, summary, nodeId: id }, new Date(from + after * slowness * MINUTE_MS));
    if (state.phase !== "ready" && state.phase !== "configure-failed") continue;
    addJob(world, { id, name, began: began + 11.2 * slowness * MINUTE_MS, minutes: 3.6 * slowness, failed: state.phase !== "ready" });
    await world.inventory.upsertHost({ name, address: `10.77.0.${index + 10}` });
  }
}

/** The number of events that a machine in each phase has had so far. */
const stepsBefore: Partial<Record<NodeState["phase"], number>> = { armed: 1, installing: 7, "called-home": 10, "configure-failed": 11 };

const failure: [number, string, string] = [6.5, "install.failed", "no space left on /dev/sda"];

function stateOf(index: number, ago: (minutes: number) => string): NodeState {
  const later = ago(-20);
  if (index === 6) return { phase: "install-failed", reason: "no space left on /dev/sda: it holds 8 GB, the plan needs 12", at: ago(42) };
  if (index === 9) return { phase: "configure-failed", reason: "common : Set the time zone: no such file", at: ago(13) };
  if (index === 14) return { phase: "armed", profile: "image", until: later };
  if (index >= 15 && index <= 18)
    return {
      phase: "installing",
      profile: "image",
      startedAt: ago(index - 12),
      deadline: later,
      attempts: 1,
      keyHash: "0".repeat(64),
      stage: "base",
    };
  if (index === 19) return { phase: "called-home", at: ago(1), deadline: later };
  if (index === 20) return { phase: "rescue", since: ago(33) };
  if (index > 26) return { phase: "discovered" };
  return { phase: "ready", since: ago(240 - index) };
}

const factsOf = (index: number): Facts => ({
  manufacturer: "Dell",
  product: models[index % models.length] ?? "",
  serial: `4XJ${1000 + index}`,
  cpu: "Intel Core i5-3470",
  cpus: 4,
  memoryMb: index % 3 === 0 ? 8192 : 4096,
  firmware: index % 4 === 0 ? "bios" : "uefi",
  disks: [{ name: "sda", sizeGb: index % 2 === 0 ? 500 : 120, rotational: index % 2 === 0, model: "WDC WD5000" }],
});

interface Run {
  id: string;
  name: string;
  began: number;
  minutes: number;
  failed: boolean;
}

function addJob(world: Mission, { id: nodeId, name, began, minutes, failed }: Run): void {
  const id = `${name}-configure`;
  const startedAt = new Date(began).toISOString();
  const job = {
    id,
    kind: "ansible",
    playbook: "site.yaml",
    nodeId,
    nodeName: name,
    attempt: 1,
    requestedBy: "muster",
    createdAt: startedAt,
  } as const;
  world.jobs.add({ ...job, status: "queued" });
  world.jobs.save({
    ...job,
    status: failed ? "failed" : "succeeded",
    startedAt,
    endedAt: new Date(began + minutes * MINUTE_MS).toISOString(),
    result: { summary: failed ? "common : Set the time zone failed" : "configured: 12 ok, 5 changed" },
  });
  world.outputs.set(id, outputOf(name, failed));
}

const tasks = [
  "preflight : Check the machine",
  "preflight : Report what it lacks",
  "common : Check which packages are there",
  "common : Install packages for every node",
  "common : Create the admin user",
  "common : Authorize the keys of users",
  "common : Synchronize the clock",
  "common : Add the other machines to /etc/hosts",
];

function outputOf(name: string, failed: boolean): string {
  const done = tasks
    .map((task, index) => `TASK [${task}] ${"*".repeat(30)}\n${index % 2 === 0 ? "ok" : "changed"}: [${name}]\n\n`)
    .join("");
  const last = failed
    ? `TASK [common : Set the time zone] ${"*".repeat(30)}\nfatal: [${name}]: FAILED! => {"msg": "no such file: /usr/share/zoneinfo/Europe/Vienna"}\n\n`
    : "";
  return `\nPLAY [Make nodes ready] ${"*".repeat(30)}\n\n${done}${last}PLAY RECAP ${"*".repeat(40)}\n${name} : ok=12 changed=5 unreachable=0 failed=${failed ? 1 : 0}\n`;
}
