/** The installer's network functions, with a network card and a DHCP client that are files and scripts. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { installScript } from "../../../daemon/netboot/scripts/scripts.ts";

const network = join(import.meta.dirname, "../../../scripts/image/initrd/lib/network.sh");
/** The seconds for which a switch with classic spanning tree drops the packets of a new port, at most. */
const SPANNING_TREE = 50;

test("a card asks for an address for longer than spanning tree blocks its port, and a failure names the time", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-network-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "sys/class/net/eth0"), { recursive: true });
  writeFileSync(join(folder, "sys/class/net/eth0/carrier"), "1\n");
  for (const name of ["udhcpc", "ip"]) writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} "$@" >&2\nexit 1\n`, { mode: 0o755 });
  const script = `sed 's#/run/udhcpc.log#${folder}/log#' ${network} >${folder}/network.sh; . ${folder}/network.sh
    ask_for_address eth0 || echo "$why"; cat ${folder}/log`;
  const { stdout } = spawnSync("sh", ["-c", script], {
    encoding: "utf8",
    env: { PATH: `${folder}:${process.env.PATH}`, sys: join(folder, "sys") },
  });
  const [, tries, pause] = /udhcpc .* -t (\d+) -T (\d+)/.exec(stdout) ?? [];
  const seconds = Number(tries) * Number(pause);
  assert.ok(seconds > SPANNING_TREE + Number(pause), `${seconds} s`);
  assert.match(stdout, new RegExp(`^no DHCP server answered on eth0 within ${seconds} s$`, "m"));
});

for (const program of ["install", "wipe", "rescue"])
  test(`the program ${program} gets its address by these functions`, () => {
    const text = readFileSync(join(import.meta.dirname, "../../../scripts/image/initrd", program), "utf8");
    assert.match(text, /^for part in .*\bnetwork\b/m);
    assert.match(text, /^join_network \|\|/m);
    assert.doesNotMatch(text, /udhcpc/);
  });

test("the Debian installer waits as long for its address", () => {
  const common = {
    bootUrl: "http://10.0.0.2:8080",
    suite: "trixie",
    name: "n1",
    mac: "52:54:00:00:00:01",
    key: "0".repeat(32),
    domain: "lab",
  } as const;
  const [, timeout] = /netcfg\/dhcp_timeout=(\d+)/.exec(installScript({ ...common, profile: "preseed" })) ?? [];
  assert.ok(Number(timeout) > SPANNING_TREE, `${timeout} s`);
});
