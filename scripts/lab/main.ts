/** Runs `muster lab`, and handles its arguments, signals and exit code. */
import { parseArgs } from "node:util";
import { createClient } from "../../daemon/contract/client.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";
import { answer } from "./answer.ts";
import { oneOf, whole } from "./arguments.ts";
import { defaultCache, prepareAssets } from "./assets.ts";
import { buildLab, type Lab } from "./lab.ts";
import { tellStory } from "./story.ts";

const usage = `usage: muster lab [options]

A laboratory on this machine: a network namespace with Muster in it, QEMU machines with empty disks, and simulated
machines. It does not touch the host's network. Ctrl-C stops and removes everything. Needs root.

  --machines N       QEMU machines (default 1)
  --simulated N      simulated machines (default 0, at most 100)
  --firmware KIND    bios or uefi (default bios)
  --dhcp MODE        full, or proxy next to a dnsmasq (default full)
  --auto             accept and arm every machine as soon as it is discovered
  --exit-when-ready  exit with 0 once every machine is ready, with 1 when one has failed or the time is up
  --minutes N        how long --exit-when-ready waits (default 20)
  --port N           port of 127.0.0.1 for the page (default 8000, or another one if it is taken)
  --cache DIR        where boot files are kept between labs
`;

interface Wanted {
  machines: number;
  simulated: number;
  firmware: "bios" | "uefi";
  dhcp: "full" | "proxy";
  auto: boolean;
  exitWhenReady: boolean;
  minutes: number;
  port: number;
  cache: string;
}

const started = Date.now();
const say = (line: string) => process.stdout.write(`[${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s] ${line}\n`);

let interrupt: () => void = () => process.exit(130);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt());
process.exitCode = await answer({ name: "muster lab", usage, read: readArguments }, main);
process.exit();

async function main(wanted: Wanted): Promise<number> {
  if (process.getuid?.() !== 0) {
    process.stderr.write("muster lab: creating a network namespace needs root. Run it with sudo.\n");
    return 1;
  }
  try {
    return await runLab(wanted);
  } catch (error) {
    process.stderr.write(`muster lab: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

async function runLab(wanted: Wanted): Promise<number> {
  say("Boot files: iPXE and the Debian installer from Debian's packages, a Debian root built here");
  const assets = await prepareAssets(wanted.cache, (line) => say(`  ${line}`));
  say("Network: a namespace with a bridge, a relay for Debian packages, Muster");
  const lab = await buildLab({ ...wanted, assets });
  const interrupted = new Promise<number>((resolve) => {
    interrupt = () => {
      interrupt = () => process.exit(130); // a second Ctrl-C ends the process immediately
      resolve(130);
    };
  });
  try {
    process.stdout.write(`\n  Dashboard  ${lab.door.url}\n  API key    ${lab.key}\n\n`);
    process.stdout.write(`MUSTER_URL=${lab.door.url}\nMUSTER_KEY=${lab.key}\n\n`);
    const kinds = [`${wanted.machines} QEMU (${wanted.firmware})`, `${wanted.simulated} simulated`];
    say(`Power on: ${kinds.join(", ")}`);
    lab.start(say);
    return await Promise.race([watch(lab, wanted), interrupted]);
  } finally {
    say("Stopping the lab");
    await lab.stop();
    say("The lab is removed");
  }
}

async function watch(lab: Lab, wanted: Wanted): Promise<number> {
  const client = createClient({ baseUrl: lab.door.url, headers: () => ({ authorization: `Bearer ${lab.key}` }) });
  const deadline = Date.now() + wanted.minutes * 60_000;
  let verdict = 0;
  let announced = false;
  await tellStory(client, say, async ({ nodes, waiting }) => {
    if (wanted.auto)
      for (const node of nodes.filter(({ id, state }) => state.phase === "discovered" && waiting.has(id))) await take(client, lab, node);
    const ready = nodes.filter(({ state }) => state.phase === "ready").length;
    if (ready === lab.names.size && !announced) {
      announced = true;
      say(
        `All ${ready} machines are ready. ${wanted.exitWhenReady ? "" : `The dashboard stays at ${lab.door.url} until Ctrl-C; log in with ${lab.key}`}`,
      );
    }
    if (!wanted.exitWhenReady) return false;
    const failed = nodes.find(({ state }) => ["install-failed", "configure-failed"].includes(state.phase));
    if (failed) {
      say(`${failed.name} is ${failed.state.phase}: ${"reason" in failed.state ? failed.state.reason : ""}`);
      verdict = 1;
      return true;
    }
    if (Date.now() > deadline) {
      const late = [...lab.names.values()].filter((name) => !nodes.some((node) => node.name === name && node.state.phase === "ready"));
      say(`Not ready after ${wanted.minutes} minutes: ${late.join(", ")}`);
      verdict = 1;
      return true;
    }
    return announced;
  });
  return verdict;
}

/** Acts like an operator: accepts the node under a name, then permits its installation (arms it). */
async function take(client: ReturnType<typeof createClient>, lab: Lab, node: Node): Promise<void> {
  const name = lab.names.get(node.macs[0] ?? "");
  if (!name) return;
  say(`  muster accept ${node.macs[0]} --name ${name} && muster arm ${name}`);
  await client.acceptNode({ node: node.macs[0] ?? "", name });
  await client.armNode({ node: name });
}

function readArguments(argv: string[]): Wanted | undefined {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: "boolean", short: "h" },
      machines: { type: "string", default: "1" },
      simulated: { type: "string", default: "0" },
      firmware: { type: "string", default: "bios" },
      dhcp: { type: "string", default: "full" },
      auto: { type: "boolean", default: false },
      "exit-when-ready": { type: "boolean", default: false },
      minutes: { type: "string", default: "20" },
      port: { type: "string", default: "8000" },
      cache: { type: "string", default: defaultCache },
    },
  });
  if (values.help) return undefined;
  return {
    machines: whole("machines", values.machines, 0, 20),
    simulated: whole("simulated", values.simulated, 0, 100),
    firmware: oneOf("firmware", values.firmware, ["bios", "uefi"]),
    dhcp: oneOf("dhcp", values.dhcp, ["full", "proxy"]),
    auto: values.auto,
    exitWhenReady: values["exit-when-ready"],
    minutes: whole("minutes", values.minutes, 1, 600),
    port: whole("port", values.port, 0, 65535),
    cache: values.cache,
  };
}
