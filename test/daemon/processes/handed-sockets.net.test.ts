/** Inherited sockets of systemd: the daemon serves two interfaces as a user without privileges, and refuses unsuitable sockets. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createNetwork, noNetwork } from "../../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../../support/daemon.ts";
import { addSecondLan, asFirmware, type Lan, SECOND, twoLans, udhcpc } from "../../support/dhcp/two-lans.ts";

const NOBODY = 65534;
const activation = join(import.meta.dirname, "../../support/socket-activation.py");
const launcher = join(import.meta.dirname, "../../../pxe/bind-sockets.py");
const missing = ["/usr/sbin/udhcpc", "/usr/bin/curl"].find((program) => !existsSync(program));
const skip = noNetwork || (missing ? `${missing} is not installed` : false) || closedToNobody();
if (skip) console.log(`skipped: ${skip}`);

function closedToNobody(): string | false {
  try {
    execFileSync("test", ["-r", join(import.meta.dirname, "../../../daemon/main.ts")], { uid: NOBODY, gid: NOBODY });
    accessSync(process.execPath, constants.X_OK);
    return false;
  } catch {
    return "the unprivileged user may not read this clone";
  }
}

describe("an unprivileged daemon with the inherited sockets of two interfaces", { skip }, () => {
  let lab: TestDaemon;
  let lans: [Lan, Lan];
  const handed = ["br0", SECOND.device].flatMap((card) => [67, 69, 4011, 68].map((port) => `${card}:${port}`));

  before(async () => {
    lab = await startTestDaemon({
      before: addSecondLan,
      through: ["python3", activation, handed.join(",")],
      settings: {
        netboot: {
          interface: undefined,
          range: undefined,
          dhcp: "full",
          interfaces: [
            { interface: "br0", range: { from: "10.77.1.1", to: "10.77.1.250" } },
            { interface: SECOND.device, range: { from: "10.88.0.100", to: "10.88.0.199" }, check_other_servers: false },
          ],
        },
      },
    });
    lans = twoLans(lab.network);
    while (lab.daemon.log().split('"dhcp answers"').length < 3) await sleep(100);
  });
  after(() => lab.stop());

  test("it has no privilege, and neither has a process of it", () => {
    const pids = [lab.daemon.pid, ...children(lab.daemon.pid)];
    assert.ok(pids.length >= 4, "the daemon and its three processes");
    for (const pid of pids) {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      assert.match(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
      assert.match(status, /^CapEff:\t0+$/m);
    }
  });

  async function boots(lan: Lan): Promise<void> {
    const client = await lan.client();
    const given = await udhcpc(lab.network, lab.folder, client, ...asFirmware);
    assert.equal(given.get("serverid"), lan.address);
    assert.equal(given.get("siaddr"), lan.address);
    const loader = join(lab.folder, `loader-${lan.device}`);
    const { namespace } = client;
    await lab.network.run("curl", ["-sSf", "-m", "20", "-o", loader, `tftp://${lan.address}/undionly.kpxe`], { namespace });
    assert.deepEqual(readFileSync(loader), lab.loader);
  }

  test("it leases, and serves boot files by TFTP, on both LANs", async () => {
    for (const lan of lans) await boots(lan);
  });

  test("its netboot process gets the same sockets again after a crash", async () => {
    const [netboot] = children(lab.daemon.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0netboot\0"));
    assert(netboot !== undefined);
    process.kill(netboot, "SIGKILL");
    while (lab.daemon.log().split('"dhcp answers"').length < 5) await sleep(100);
    for (const lan of lans) await boots(lan);
  });
});

const children = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

describe("sockets that are handed in", { skip: noNetwork }, () => {
  const network = noNetwork ? undefined : createNetwork();
  after(() => network?.close());

  /** The output and exit code of the launcher, run by an unprivileged user with these inherited sockets. */
  function launch(sockets: string, ...wanted: string[]) {
    const handed = sockets.split(",").map((_, index) => 3 + index);
    const args = ["netns", "exec", network?.name ?? "", "python3", activation, sockets, "python3", launcher, "--handed", handed.join(",")];
    const command = ["sh", "-c", "echo $MUSTER_SOCKETS"];
    const { status, stdout, stderr } = spawnSync("ip", [...args, ...wanted, "--", ...command], { encoding: "utf8" });
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  }

  test("are known by interface and port, in whatever order they come", () => {
    const { stdout, stderr } = launch("br0:69,lo:67,br0:67", "lo", "dhcp=67", "br0", "dhcp=67", "tftp?=69");
    assert.deepEqual([stdout, stderr], ["dhcp@lo=4,dhcp@br0=5,tftp@br0=3", ""]);
  });

  test("and bound to no interface are refused: they would answer everywhere", () => {
    const { status, stderr } = launch(":67", "br0", "dhcp=67");
    assert.equal(status, 1);
    assert.match(stderr, /UDP port 67 .* is bound to no interface; write BindToDevice= in its unit/);
  });

  test("and of no use are reported, and not passed on", () => {
    const { stdout, stderr } = launch("br0:67,lo:67", "br0", "dhcp=67", "tftp?=69");
    assert.equal(stdout, "dhcp@br0=3");
    assert.match(stderr, /UDP port 67 on lo was handed in, and the configuration has no use for it/);
  });

  test("one that is missing needs a privilege that the user lacks: the error says how to get it", () => {
    const { status, stderr } = launch("br0:67", "br0", "dhcp=67", "lo", "dhcp=67");
    assert.equal(status, 77);
    assert.match(stderr, /no permission to bind dhcp to UDP port 67 on lo; have systemd do it \(scripts\/systemd\/install lo\)/);
  });
});
