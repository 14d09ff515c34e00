/** `muster doctor`: looks at everything a start depends on and says for each what to do. */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Check } from "../cli/program.ts";
import { type Config, loadAccess, loadConfig } from "../config.ts";
import type { DataDir } from "../data-dir.ts";
import { explain } from "../errors.ts";
import { bootNetwork } from "./address.ts";
import { bootFilesFor } from "./boot-files.ts";

export async function doctor(configFile: string, data: DataDir): Promise<Check[]> {
  const checks: Check[] = [];
  const good = (name: string, detail: string) => checks.push({ name, ok: true, detail });
  const bad = (name: string, detail: string, advice: string) => checks.push({ name, ok: false, detail, advice });
  const judge = (name: string, problem: string | undefined, detail: string, advice: string) =>
    problem === undefined ? good(name, detail) : bad(name, problem, advice);
  let config: Config;
  try {
    config = loadConfig(configFile);
    loadAccess(config);
    good("configuration", configFile);
  } catch (error) {
    bad("configuration", explain(error), "Correct the key that is named; `muster init --print` shows all of them.");
    return checks;
  }
  const { netboot, control } = config;

  try {
    const network = bootNetwork(config);
    good("boot network", network ? `${netboot.interface} ${network.address} (${network.cidr})` : "none; no machine boots from here");
  } catch (error) {
    bad(
      "boot network",
      explain(error),
      `Bring it up: ip link set ${netboot.interface} up; ip addr add <address>/<prefix> dev ${netboot.interface}`,
    );
  }
  for (const [program, from, what] of [
    ["ansible-playbook", "ansible-core", "configures the nodes"],
    ["ssh", "openssh-client", "Ansible logs in with it"],
    ["python3", "python3", "binds the sockets of the boot network"],
  ] as const) {
    const found = versionOf(program);
    judge(program, found === undefined ? `not found; it ${what}` : undefined, found ?? "", `apt-get install ${from}`);
  }
  const running = existsSync(data.pidFile);
  if (running) good("daemon", "running; its ports are its own");
  else {
    for (const [key, host, port] of [
      ["control.port", control.host, control.port],
      ["netboot.http_port", "0.0.0.0", netboot.http_port],
    ] as const) {
      judge(
        `${key} ${port}`,
        (await isFree(host, port)) ? undefined : "another program listens there",
        "free",
        `Find it with: ss -ltnp 'sport = :${port}'`,
      );
    }
    if (netboot.dhcp !== "off" && netboot.interface) {
      const problem = tryLauncher(netboot.interface);
      judge(
        "DHCP ports 67 and 4011",
        problem,
        "free",
        "Find the program with: ss -lunp 'sport = :67'; low ports take root or CAP_NET_BIND_SERVICE and CAP_NET_RAW.",
      );
      if (problem === undefined) {
        const others = netboot.dhcp === "full" ? await otherServers(netboot.interface) : [];
        judge(
          "other DHCP servers",
          others.length > 0 ? `${others.join(", ")} answers on ${netboot.interface}` : undefined,
          netboot.dhcp === "full" ? "none answered" : "welcome: they give the addresses",
          "Switch it off or use netboot.dhcp: proxy.",
        );
      }
    }
  }
  for (const file of new Set([...bootFilesFor("image"), ...bootFilesFor("preseed")])) {
    if (existsSync(join(data.assets, file))) continue;
    const needed = bootFilesFor(config.profile).includes(file);
    if (needed) bad(`boot file ${file}`, "not there", file.startsWith("image/") ? "muster image build" : "muster assets fetch");
  }
  if (bootFilesFor(config.profile).every((file) => existsSync(join(data.assets, file))))
    good("boot files", `for the profile ${config.profile}`);
  const place = existsSync(data.root) ? data.root : join(data.root, "..");
  const { bavail, bsize } = statfsSync(existsSync(place) ? place : "/");
  const freeGb = (bavail * bsize) / 1e9;
  judge(
    "disk space",
    freeGb < 5 ? `${freeGb.toFixed(1)} GB free for ${data.root}` : undefined,
    `${freeGb.toFixed(0)} GB free`,
    "Give it 5 GB: images and logs are kept there.",
  );
  judge(
    "data folder",
    permissionProblem(data),
    data.root,
    `chown it to the user Muster runs as; the executor's folder is for that user alone: chmod 700 ${data.executor}`,
  );
  return checks;
}

function versionOf(program: string): string | undefined {
  try {
    return (
      execFileSync(program, [program === "ssh" ? "-V" : "--version"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 20_000,
      }).split("\n")[0] || "found"
    );
  } catch {
    return undefined;
  }
}

const isFree = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

const launcher = join(import.meta.dirname, "../../pxe/bind-sockets.py");

function tryLauncher(card: string): string | undefined {
  try {
    execFileSync("/usr/bin/python3", [launcher, card, "dhcp=67", "pxe4011=4011", "--", "true"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 10_000,
    });
    return undefined;
  } catch (error) {
    return error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
  }
}

/** In a process of its own, because the socket comes from the launcher. */
async function otherServers(card: string): Promise<string[]> {
  const probe = join(import.meta.dirname, "../../pxe/dhcp/probe.ts");
  const program = `import { probeDhcpServers } from ${JSON.stringify(probe)}; import { inheritedSockets } from ${JSON.stringify(join(import.meta.dirname, "../../pxe/inherited-sockets.ts"))};
    console.log(JSON.stringify(await probeDhcpServers({ fd: inheritedSockets(process.env).get("probe") }, { waitMs: 5000 })));`;
  const output = execFileSync(
    "/usr/bin/python3",
    [launcher, card, "probe=68", "--", process.execPath, "--input-type=module", "-e", program],
    { encoding: "utf8", timeout: 20_000 },
  );
  return (JSON.parse(output) as { server: string }[]).map(({ server }) => server);
}

function permissionProblem(data: DataDir): string | undefined {
  if (!existsSync(data.root)) return undefined; // made at the first start
  try {
    accessSync(data.root, constants.R_OK | constants.W_OK);
  } catch {
    return `${data.root} cannot be written by this user`;
  }
  if (existsSync(data.executor) && (statSync(data.executor).mode & 0o077) !== 0) return `${data.executor} is open to others`;
  return undefined;
}
