/**
 * Runs programs as the separate users of the processes. The users exist only in a mount namespace with its own /etc/passwd and
 * /etc/group, so the machine gets no new users.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";

export type ProcessUser = "control" | "netboot" | "executor";

export const SINGLE_USER = 61_000;
const users = { control: 61_001, netboot: 61_002, executor: 61_003 };
const groups = `muster:x:61004:muster-control,muster-netboot,muster-executor\nmuster-runs:x:61005:muster-control,muster-executor\n`;

export interface UnitSettings {
  /** UMask= */
  mask: string;
  /** ReadOnlyPaths= */
  readOnly?: string;
  /** ReadWritePaths= */
  writable?: string[];
}

const missing = ["/usr/bin/unshare", "/usr/bin/setpriv"].find((program) => !existsSync(program));
export const noSeparateUsers = process.getuid?.() !== 0 ? "needs root" : missing ? `${missing} is not installed` : false;

const IN_NAMESPACE = 'mount --bind "$0" /etc/passwd && mount --bind "$1" /etc/group && shift && exec "$@"';

export class SeparateUsers {
  readonly #passwd: string;
  readonly #group: string;

  constructor(folder: string) {
    this.#passwd = join(folder, "passwd");
    this.#group = join(folder, "group");
    copyFileSync("/etc/passwd", this.#passwd);
    copyFileSync("/etc/group", this.#group);
    for (const [name, id] of Object.entries(users)) {
      appendFileSync(this.#passwd, `muster-${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin\n`);
      appendFileSync(this.#group, `muster-${name}:x:${id}:\n`);
    }
    appendFileSync(this.#group, groups);
  }

  run(user: ProcessUser | "root", ...command: string[]) {
    return this.runIn(user, undefined, ...command);
  }

  runIn(user: ProcessUser | "root", unit: UnitSettings | undefined, ...command: string[]) {
    const { status, stdout, stderr } = spawnSync("unshare", this.#words(user, command, unit), { encoding: "utf8", env });
    return { status, stdout, said: stdout + stderr };
  }

  /** Starts a program with settings of its systemd unit. A test that fails stops the program too. */
  start(t: TestContext, user: ProcessUser, unit: UnitSettings, ...command: string[]): { child: ChildProcess; said(): string } {
    const masked = ["sh", "-c", `umask ${unit.mask} && exec "$0" "$@"`, ...command];
    const child = spawn("unshare", this.#words(user, masked, unit), { stdio: ["ignore", "pipe", "pipe"], env });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    t.after(() => stop(child));
    return { child, said: () => said };
  }

  #words(user: ProcessUser | "root", command: string[], { readOnly, writable = [] }: Partial<UnitSettings> = {}): string[] {
    const as = ["setpriv", `--reuid=muster-${user}`, `--regid=muster-${user}`, "--init-groups", "--inh-caps=-all", "--bounding-set=-all"];
    const bind = [...(readOnly === undefined ? [] : [readOnly]), ...writable].map((path) => `mount --bind '${path}' '${path}'`);
    const close = readOnly === undefined ? [] : [`mount -o remount,bind,ro '${readOnly}'`];
    return [
      "--mount",
      "sh",
      "-c",
      [...bind, ...close, IN_NAMESPACE].join(" && "),
      this.#passwd,
      this.#group,
      ...(user === "root" ? [] : as),
      ...command,
    ];
  }
}

const env = { PATH: process.env.PATH, LANG: "C.UTF-8" };

export async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  return child.exitCode;
}
