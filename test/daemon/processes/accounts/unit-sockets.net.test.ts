/** Netboot as its systemd unit starts it: one process with the sockets of systemd, or with the one capability of its unit. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { dataDir } from "../../../../daemon/data-dir.ts";
import { correctAccess } from "../../../../daemon/processes/accounts/correct.ts";
import { labConfig } from "../../../../scripts/lab/daemon.ts";
import { createNetwork, type LabNetwork, noNetwork } from "../../../../scripts/lab/network.ts";
import { asFirmware, udhcpc } from "../../../support/dhcp/two-lans.ts";
import { noSeparateUsers, stop } from "../../../support/processes/separate-users.ts";
import { until } from "../../../support/until.ts";

const NOBODY = 65_534;
const missing = ["/usr/sbin/udhcpc", "/usr/bin/curl"].find((program) => !existsSync(program));
const skip = noNetwork || noSeparateUsers || (missing ? `${missing} is not installed` : false);
const activation = join(import.meta.dirname, "../../../support/socket-activation.py");
const program = join(import.meta.dirname, "../../../../scripts/muster-process");
const BIND = "-all,+net_bind_service";
const unprivileged = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

interface Unit {
  network: LabNetwork;
  folder: string;
  child: ChildProcess;
  loader: Buffer;
  said(): string;
}

/** Only the user of netboot exists here. It has all groups that it needs. */
function started(t: TestContext, through: readonly string[]): Unit {
  const folder = mkdtempSync(join(tmpdir(), "muster-unit-"));
  const network = createNetwork();
  chmodSync(folder, 0o755);
  const data = dataDir(join(folder, "data"));
  const others = { control: 61_001, executor: 61_003 };
  const ids = { users: { root: 0, netboot: NOBODY, ...others }, groups: { netboot: NOBODY, shared: NOBODY, runs: 61_005, ...others } };
  correctAccess(data, ids);
  const loader = Buffer.from("a boot loader ".repeat(5000));
  mkdirSync(join(data.assets, "ipxe"));
  writeFileSync(join(data.assets, "ipxe/undionly.kpxe"), loader);
  writeFileSync(join(data.executor, "id_ed25519.pub"), "ssh-ed25519 AAAA test\n");
  writeFileSync(join(folder, "muster.yaml"), labConfig({ dhcp: "full", mirror: "http://10.77.0.1/debian", settings: {} }));
  correctAccess(data, ids);
  const [command = "", ...args] = [...through, program, "netboot", "--config", join(folder, "muster.yaml")];
  const env = { PATH: process.env.PATH, MUSTER_DATA: data.root };
  const child = network.spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  t.after(async () => {
    await stop(child);
    network.close();
    rmSync(folder, { recursive: true });
  });
  return { network, folder, child, loader, said: () => text };
}

async function serves({ network, folder, child, loader, said }: Unit): Promise<void> {
  await until("DHCP answers", () => {
    assert.equal(child.exitCode, null, said());
    return said().includes('"dhcp answers"');
  });
  const client = network.client();
  assert.equal((await udhcpc(network, folder, client, ...asFirmware)).get("serverid"), network.address);
  const file = join(folder, "loader");
  const args = ["-sSf", "-m", "20", "-o", file, `tftp://${network.address}/undionly.kpxe`];
  await network.run("curl", args, { namespace: client.namespace });
  assert.deepEqual(readFileSync(file), loader);
  // `ip netns exec` and the shell of the unit have become the process itself.
  assert.match(readFileSync(`/proc/${child.pid}/cmdline`, "utf8"), /process\.ts\0unit\0netboot/);
  assert.match(readFileSync(`/proc/${child.pid}/status`, "utf8"), /^Uid:\t65534\t65534/m);
}

test("with the sockets of systemd, it serves without any capability", { skip }, async (t) => {
  const unit = started(t, ["python3", activation, [67, 69, 4011, 68].map((port) => `br0:${port}`).join(",")]);
  await serves(unit);
  assert.match(readFileSync(`/proc/${unit.child.pid}/status`, "utf8"), /^CapEff:\t0+$/m);
});

test("without a socket unit, the capability of its unit is enough", { skip }, async (t) => {
  await serves(started(t, [...unprivileged, `--inh-caps=${BIND}`, "--ambient-caps=+net_bind_service", `--bounding-set=${BIND}`]));
});

test("without both, it stops and names the installer", { skip }, async (t) => {
  const { child, said } = started(t, [...unprivileged, "--inh-caps=-all", "--bounding-set=-all"]);
  await until("it has ended", () => child.exitCode !== null);
  assert.match(said(), /no permission to bind .*scripts\/systemd\/install br0/);
});
