/**
 * A machine boots from the whole daemon. The test downloads the capture of both sides with the command, and
 * tshark reads it.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../../support/daemon.ts";
import { until } from "../../support/until.ts";

const missing = ["/usr/sbin/udhcpc", "/usr/bin/curl", "/usr/bin/tshark"].find((program) => !existsSync(program));
const skip = noNetwork || (missing ? `${missing} is not installed` : false);
const mac = "52:54:00:0c:00:07";
const secret = "0123456789abcdef0123456789abcdef";

describe("a boot and its capture", { skip }, () => {
  let lab: TestDaemon;
  let key = "";
  before(async () => {
    lab = await startTestDaemon();
    key = lab.daemon.createKey("reader", "operator");
    await boot();
    await until("the capture contains the last request", () => {
      const file = join(lab.folder, "last.pcap");
      lab.daemon.muster("--key", key, "capture", mac, "-o", file);
      return tshark(file, "-Y", "http.request").length >= 2;
    });
  });
  after(() => lab?.stop());

  async function boot(): Promise<void> {
    const { namespace } = lab.network.client(mac);
    const run = (program: string, args: string[]) => lab.network.run(program, args, { namespace });
    const script = join(lab.folder, "bound");
    writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && ip address flush dev eth0 && ip address add "$ip/$mask" dev eth0\nexit 0\n');
    chmodSync(script, 0o755);
    const firmware = ["-V", "PXEClient:Arch:00000:UNDI:002001", "-x", "0x5d:0000", "-x", "0x5e:010201"];
    const ask = (...more: string[]) =>
      run("udhcpc", ["-i", "eth0", "-f", "-n", "-q", "-t", "5", "-T", "2", "-s", script, ...firmware, ...more]);
    await ask();
    const { address } = lab.network;
    await run("curl", ["-sSf", "-m", "20", "-o", "/dev/null", `tftp://${address}/undionly.kpxe`]);
    await ask("-x", `0x4d:${Buffer.from("iPXE").toString("hex")}`);
    await run("curl", ["-sSf", "--noproxy", "*", "-m", "20", "-o", "/dev/null", `http://${address}:8080/boot.ipxe?mac=${mac}`]);
    await run("curl", ["-sS", "--noproxy", "*", "-m", "20", "-o", "/dev/null", `http://${address}:8080/preseed/${secret}/preseed.cfg`]);
  }

  const tshark = (file: string, ...args: string[]): string[] => {
    const { stdout, stderr, status } = spawnSync("tshark", ["-n", "-r", file, ...args], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.split("\n").filter(Boolean);
  };

  test("`muster capture` writes the boot, nothing of it malformed, every step of it there", () => {
    const file = join(lab.folder, "boot.pcap");
    const said = lab.daemon.muster("--key", key, "capture", mac, "-o", file);
    assert.match(said, /boot\.pcap, \d+ bytes/);
    assert.deepEqual(tshark(file, "-Y", "_ws.malformed"), []);
    const steps = tshark(
      file,
      "-T",
      "fields",
      "-e",
      "_ws.col.Protocol",
      "-e",
      "dhcp.option.dhcp",
      "-e",
      "tftp.opcode",
      "-e",
      "http.request.uri",
    );
    const story = steps.map((line) => line.split("\t").filter(Boolean).join(" "));
    const expected = [
      /^DHCP 1$/,
      /^DHCP 2$/,
      /^DHCP 3$/,
      /^DHCP 5$/,
      /^TFTP 1$/,
      /^TFTP 6$/,
      /^DHCP 1$/,
      /^DHCP 5$/,
      /^HTTP \/boot\.ipxe\?/,
      /^HTTP \/preseed\/x{32}\/preseed\.cfg$/,
    ];
    let at = 0;
    for (const step of expected) {
      at = story.findIndex((line, index) => index >= at && step.test(line)) + 1;
      assert.ok(at > 0, `${step} in ${story.join(", ")}`);
    }
  });

  test("`muster explain` reports the last real packet, what was seen, and what a screen's code means for it", () => {
    const explained = lab.daemon.muster("--key", key, "explain", mac, "--arch", "0");
    for (const part of [
      /Its last packet, .*DHCP request: ack of/,
      /TFTP undionly\.kpxe: \d+ bytes/,
      /script given/,
      /boot file .* → undionly\.kpxe/,
    ])
      assert.match(explained, part);
    assert.ok(!explained.includes("It ends there"), "nothing was wrong");
    assert.match(lab.daemon.muster("--key", key, "explain", mac, "--error", "PXE-E53"), /No boot filename received[\s\S]*DISCOVER seen/);
    assert.match(lab.daemon.muster("explain", "--error", "e16"), /PXE-E16: No valid offer received/);
  });
});
