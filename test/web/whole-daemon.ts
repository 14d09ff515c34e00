/** The daemon with all its processes in a network of its own. It serves the built page. Machines are network namespaces. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import type { Page } from "playwright-core";
import type { Role } from "../../daemon/contract/admin/key.ts";
import { type Client, createClient } from "../../daemon/contract/client.ts";
import { Lifecycle } from "../../daemon/lifecycle.ts";
import type { ChildName } from "../../daemon/processes/supervisor/children.ts";
import { type LabDaemon, startDaemon } from "../../scripts/lab/daemon.ts";
import { openDoor } from "../../scripts/lab/door.ts";
import { createNetwork, type LabNetwork, noNetwork } from "../../scripts/lab/network.ts";
import { NamespaceNode } from "../support/network/namespace-node.ts";
import { PATIENCE_MS } from "../support/until.ts";
import { noBrowser, startBrowser, type Visitor } from "./browser.ts";
import { logIn } from "./visit.ts";

const repository = join(import.meta.dirname, "../..");
const missing = ["/usr/sbin/sshd", "/usr/bin/ansible-playbook", "/bin/busybox", "/usr/bin/socat"].find((program) => !existsSync(program));
const absent = missing === undefined ? undefined : `${missing} is not installed`;
/** The reason why this daemon cannot run here, or false. */
export const noWholeDaemon: string | false = noBrowser ?? (noNetwork || (absent ?? false));

export interface WholeDaemon {
  /** Ends in a slash. It stays the same while the daemon is down. */
  url: string;
  network: LabNetwork;
  dataDir: string;
  /** Files that the playbook may check for: the sshd of a machine uses this host's disk. */
  folder: string;
  key(role: Role): string;
  client(key: string): Client;
  machine(name: string): NamespaceNode;
  callHome(machine: NamespaceNode): Promise<number>;
  muster(...args: string[]): string;
  /** The output of the daemon. */
  log(): string;
  /** Sends kill -9 to one of its processes, which it restarts. */
  killChild(name: ChildName): void;
  /** Sends kill -9 to the daemon itself. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** One daemon and one browser for all tests of a file. Both start before the first test. */
export function withWholeDaemon(
  playbook: (folder: string) => string,
  prepare: (daemon: WholeDaemon) => void = () => undefined,
): { visitor: Visitor; daemon: WholeDaemon } {
  const whole = {} as { visitor: Visitor; daemon: WholeDaemon };
  before(async () => {
    if (noWholeDaemon) return console.log(`skipped: ${noWholeDaemon}`);
    whole.visitor = await startBrowser();
    whole.daemon = await startWholeDaemon(whole.visitor.pageRoot, playbook);
    prepare(whole.daemon);
  });
  after(async () => {
    await whole.visitor?.leave();
    await whole.daemon?.stop();
    await whole.visitor?.close();
  });
  return whole;
}

async function startWholeDaemon(pageRoot: string, playbook: (folder: string) => string): Promise<WholeDaemon> {
  const parts = new Lifecycle();
  try {
    const folder = await parts.start(
      "folder",
      () => mkdtempSync(join(tmpdir(), "muster-whole-")),
      (each) => rmSync(each, { recursive: true, force: true }),
    );
    const dataDir = join(folder, "data");
    placeBootFiles(dataDir);
    const ansible = join(folder, "ansible");
    cpSync(join(repository, "ansible"), ansible, { recursive: true });
    writeFileSync(join(ansible, "playbook.yaml"), playbook(folder));
    const network = await parts.start("network", createNetwork, (each) => each.close());
    const settings = { netboot: { check_other_servers: false }, ansible: { concurrency: 1, directory: ansible } };
    const options = { folder, dataDir, dhcp: "full", mirror: `http://${network.address}/debian`, settings } as const;
    const start = () => startDaemon(network, { ...options, through: withPage(pageRoot) });
    let daemon: LabDaemon = await start();
    await parts.start(
      "daemon",
      () => undefined,
      () => daemon.stop(),
    );
    const door = await parts.start(
      "door",
      () => openDoor(network, folder, 8000, 0),
      (each) => each.close(),
    );
    let keys = 0;
    return {
      url: `${door.url}/`,
      network,
      dataDir,
      folder,
      key: (role) => {
        keys += 1;
        return daemon.createKey(`${role}-${keys}`, role);
      },
      client: (key) => createClient({ baseUrl: door.url, headers: () => ({ authorization: `Bearer ${key}` }) }),
      machine: (name) => new NamespaceNode({ network, folder, authorizedKeys: join(dataDir, "executor/id_ed25519.pub") }, name),
      callHome: (machine) => machine.bootFromDisk(`http://${network.address}:8000`),
      muster: (...args) => daemon.muster(...args),
      log: () => daemon.log(),
      killChild: (name) => process.kill(childOf(dataDir, name), "SIGKILL"),
      kill: async () => {
        await daemon.stop("SIGKILL");
      },
      start: async () => {
        daemon = await start();
      },
      stop: () => parts.stop(),
    };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/** Logged in and live. Timeouts are long because machines boot and Ansible runs at the same time. */
export async function enterWhole(visitor: Visitor, url: string, key: string): Promise<Page> {
  const page = await visitor.visit(url);
  page.setDefaultTimeout(PATIENCE_MS);
  await logIn(page, key);
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}

function childOf(dataDir: string, name: ChildName): number {
  for (const pid of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    const args = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") : [];
    if (args.includes(dataDir) && args[args.indexOf("child") + 1] === name) return Number(pid);
  }
  throw new Error(`no ${name} of ${dataDir} runs`);
}

/** Placeholders for boot files. No machine runs them here. */
function placeBootFiles(dataDir: string): void {
  const content = {
    "ipxe/undionly.kpxe": "a loader",
    "ipxe/snponly.efi": "a loader",
    "image/13/amd64/vmlinuz": "a kernel",
    "image/13/amd64/initrd.img": "an initrd",
    "image/13/amd64/root.tar.zst": "a root",
    "image/13/amd64/manifest.json": JSON.stringify({ rootSha256: "0".repeat(64) }),
  };
  for (const [name, text] of Object.entries(content)) {
    const file = join(dataDir, "assets", name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
}

/** A mount of its own makes the daemon find this page. The page built in this tree stays unchanged. */
function withPage(pageRoot: string): string[] {
  const place = join(repository, "web/dist");
  mkdirSync(place, { recursive: true });
  return ["sh", "-c", `mount --bind "$0" ${place} && exec "$@"`, pageRoot];
}
