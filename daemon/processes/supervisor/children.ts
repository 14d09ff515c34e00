/** How each process of the daemon is started. Order is the order of starting; stopping goes backwards. */
import { join } from "node:path";
import { approvalVariables } from "../../changes/policy/settings.ts";
import type { Config } from "../../config/config.ts";
import { type BootInterface, bootInterfaces } from "../../config/netboot.ts";
import { type ChildSpec, FIRST_SOCKET } from "./supervisor.ts";

export const childNames = ["control", "netboot", "executor"] as const;
export type ChildName = (typeof childNames)[number];

const program = join(import.meta.dirname, "../../process.ts");
const launcher = join(import.meta.dirname, "../../../pxe/bind-sockets.py");

/** `sockets`: descriptors that were handed to this process, bound already. */
export function childSpecs(
  config: Config,
  configFile: string,
  dataRoot: string,
  env: NodeJS.ProcessEnv,
  sockets: readonly number[] = [],
): ChildSpec[] {
  const child = (name: ChildName) => [
    process.execPath,
    ...process.execArgv,
    program,
    "child",
    name,
    "--config",
    configFile,
    "--data",
    dataRoot,
  ];
  return childNames.map((name) => {
    if (name !== "netboot") return spec(name, child(name), env);
    return { ...spec(name, [...socketLauncher(config, sockets), ...child(name)], env), sockets };
  });
}

const spec = (name: ChildName, [command = "", ...args]: string[], env: NodeJS.ProcessEnv): ChildSpec => ({
  name,
  command,
  args,
  env: environment(name, env),
});

/** Sockets bound to one interface each: Node cannot do that itself (decision 0004). */
function socketLauncher({ netboot }: Config, sockets: readonly number[]): string[] {
  const wanted = bootInterfaces(netboot).flatMap((each) => [each.interface, ...socketsOf(each, sockets.length > 0)]);
  if (!wanted.some((item) => item.includes("="))) return [];
  const handed = sockets.length > 0 ? ["--handed", sockets.map((_, index) => FIRST_SOCKET + index).join(",")] : [];
  return ["/usr/bin/python3", launcher, ...handed, ...wanted, "--"];
}

/** TFTP binds to our address by itself, unless it was not to need the right to do so (decision 0012). */
function socketsOf({ dhcp, check_other_servers, tftp_port }: BootInterface, handedIn: boolean): string[] {
  const tftp = handedIn && tftp_port > 0 ? [`tftp?=${tftp_port}`] : [];
  if (dhcp === "off") return tftp;
  // A proxy listens there to what the LAN's own server offers; it works without, where a DHCP client of the system holds the port.
  const probe = dhcp === "proxy" ? ["probe~=68"] : check_other_servers ? ["probe=68"] : [];
  return ["dhcp=67", "pxe4011=4011", ...probe, ...tftp];
}

/** Key hashes are for control alone; who asks the policy is told what has to be approved; the rest get what every program needs. */
function environment(name: ChildName, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const common = Object.fromEntries(
    ["PATH", "HOME", "LANG", "TZ", "NODE_OPTIONS"].flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])),
  );
  const own = {
    control: ["MUSTER_API_KEYS", "PIECAT_API_KEYS", "PIPECAT_API_KEYS", ...approvalVariables],
    executor: approvalVariables,
    netboot: [],
  }[name].flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]]));
  return { ...common, ...Object.fromEntries(own) };
}
