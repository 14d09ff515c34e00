/**
 * Returns the start commands of the daemon's processes, in the order in which the processes start. The supervisor
 * stops the processes in reverse order.
 */
import { join } from "node:path";
import { approvalVariables } from "../../changes/policy/settings.ts";
import type { Config } from "../../config/config.ts";
import { type BootInterface, bootInterfaces } from "../../config/netboot.ts";
import { type ChildSpec, FIRST_SOCKET } from "./supervisor.ts";

export const childNames = ["control", "netboot", "executor"] as const;
export type ChildName = (typeof childNames)[number];

const program = join(import.meta.dirname, "../../process.ts");
const launcher = join(import.meta.dirname, "../../../pxe/bind-sockets.py");

/**
 * Returns the specification of each child process. `sockets` are descriptors of bound sockets that this process
 * inherited, for example from systemd.
 */
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

/**
 * Returns the command of a launcher that binds each socket to one interface, which Node cannot do (decision
 * 0004). Returns an empty list if no socket is needed.
 */
function socketLauncher({ netboot }: Config, sockets: readonly number[]): string[] {
  const wanted = bootInterfaces(netboot).flatMap((each) => [each.interface, ...socketsOf(each, sockets.length > 0)]);
  if (!wanted.some((item) => item.includes("="))) return [];
  const handed = sockets.length > 0 ? ["--handed", sockets.map((_, index) => FIRST_SOCKET + index).join(",")] : [];
  return ["/usr/bin/python3", launcher, ...handed, ...wanted, "--"];
}

/** Returns the sockets of one interface. If no sockets were inherited, the TFTP server binds its own socket (decision 0012). */
function socketsOf({ dhcp, check_other_servers, tftp_port }: BootInterface, handedIn: boolean): string[] {
  const tftp = handedIn && tftp_port > 0 ? [`tftp?=${tftp_port}`] : [];
  if (dhcp === "off") return tftp;
  // In proxy mode, Muster listens on port 68 for the offers of the LAN's own DHCP server. If a DHCP client uses port
  // 68, proxy mode works without the socket.
  const probe = dhcp === "proxy" ? ["probe~=68"] : check_other_servers ? ["probe=68"] : [];
  return ["dhcp=67", "pxe4011=4011", ...probe, ...tftp];
}

/**
 * Returns the environment of a child. Only the control process gets the API keys. Control and the executor get the
 * environment variables for approvals, because both evaluate the policy.
 */
function environment(name: ChildName, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const common = Object.fromEntries(
    ["PATH", "HOME", "LANG", "TZ", "NODE_OPTIONS"].flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])),
  );
  const own = {
    control: ["MUSTER_API_KEYS", "PIECAT_API_KEYS", "PIPECAT_API_KEYS", ...approvalVariables],
    executor: approvalVariables,
    netboot: [],
  }[name].flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]]));
  return { ...common, ...compileCache(name, env), ...Object.fromEntries(own) };
}

/**
 * Node.js saves compiled code in this folder, so that the next start is faster. Each child has a folder of its own, because
 * a child must not run code that another child has saved.
 */
const compileCache = (name: ChildName, { NODE_COMPILE_CACHE }: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE: join(NODE_COMPILE_CACHE, name) } : {};
