/** How each process of the daemon is started. Order is the order of starting; stopping goes backwards. */
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { ChildSpec } from "./supervisor.ts";

export const childNames = ["control", "netboot", "executor"] as const;
export type ChildName = (typeof childNames)[number];

const main = join(import.meta.dirname, "../main.ts");
const launcher = join(import.meta.dirname, "../../pxe/bind-sockets.py");

export function childSpecs(config: Config, configFile: string, dataRoot: string, env: NodeJS.ProcessEnv): ChildSpec[] {
  const child = (name: ChildName) => [
    process.execPath,
    ...process.execArgv,
    main,
    "child",
    name,
    "--config",
    configFile,
    "--data",
    dataRoot,
  ];
  return childNames.map((name) => {
    const [command = "", ...args] = name === "netboot" ? [...socketLauncher(config), ...child(name)] : child(name);
    return { name, command, args, env: environment(name, env) };
  });
}

/** Sockets bound to the one interface: Node cannot do that itself (decision 0004). */
function socketLauncher({ netboot }: Config): string[] {
  if (netboot.dhcp === "off" || !netboot.interface) return [];
  const probe = netboot.dhcp === "full" && netboot.check_other_servers ? ["probe=68"] : [];
  return ["/usr/bin/python3", launcher, netboot.interface, "dhcp=67", "pxe4011=4011", ...probe, "--"];
}

/** Key hashes are for control alone; the rest get what every program needs. */
function environment(name: ChildName, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const common = Object.fromEntries(
    ["PATH", "HOME", "LANG", "TZ", "NODE_OPTIONS"].flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])),
  );
  if (name !== "control") return common;
  const hashes = ["MUSTER_API_KEYS", "PIECAT_API_KEYS", "PIPECAT_API_KEYS"].flatMap((key) =>
    env[key] === undefined ? [] : [[key, env[key]]],
  );
  return { ...common, ...Object.fromEntries(hashes) };
}
