/**
 * Returns the start commands of the daemon's processes, in the order in which the processes start. The supervisor
 * stops the processes in reverse order.
 */
import { join } from "node:path";
import { approvalVariables } from "../../changes/policy/settings.ts";
import type { Config } from "../../config/config.ts";
import { DRAIN_MS } from "./child.ts";
import { socketLauncher } from "./socket-launcher.ts";
import { type ChildSpec, FIRST_SOCKET } from "./supervisor.ts";

export const childNames = ["control", "netboot", "executor"] as const;
export type ChildName = (typeof childNames)[number];

const program = join(import.meta.dirname, "../../process.ts");

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
  const inherited = sockets.map((_, index) => FIRST_SOCKET + index);
  return childNames.map((name) => {
    if (name === "executor") return { ...spec(name, child(name), env), drainMs: DRAIN_MS };
    if (name === "control") return spec(name, child(name), env);
    return { ...spec(name, [...socketLauncher(config, inherited), ...child(name)], env), sockets };
  });
}

const spec = (name: ChildName, [command = "", ...args]: string[], env: NodeJS.ProcessEnv): ChildSpec => ({
  name,
  command,
  args,
  env: environment(name, env),
});

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
