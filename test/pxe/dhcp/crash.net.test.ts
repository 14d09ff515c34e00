import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openStores } from "../../../daemon/store/stores.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { Storm } from "../../support/dhcp/dhcp-storm.ts";

const program = join(import.meta.dirname, "../../support/dhcp/dhcp-process.ts");
const macOf = (n: number) => `52:54:00:01:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`;

async function start(database: string, storm: Storm): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, database], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(child.stdout!, "data");
  storm.port = Number(String(port));
  return child;
}

test("a server that is killed again and again in a storm gives no address twice and keeps every promise", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-crash-"));
  const storm = await Storm.open();
  let child = await start(join(folder, "muster.db"), storm);
  try {
    const machines = Array.from({ length: 1200 }, (_, n) => macOf(n));
    const joined = storm.join(machines);
    for (let kills = 0; kills < 4; kills++) {
      const before = storm.promised.size;
      while (storm.promised.size < before + 150) await sleep(5);
      child.kill("SIGKILL");
      await once(child, "exit");
      child = await start(join(folder, "muster.db"), storm);
    }
    await joined;
    const twice = [...storm.promised].filter(([, holders]) => holders.size > 1);
    assert.deepEqual(twice, []);
    assert.ok(storm.promised.size >= machines.length);

    child.kill("SIGKILL");
    await once(child, "exit");
    child = await start(join(folder, "muster.db"), storm);
    // If the first ACK was lost with the process, a machine may have got a second address. Its last address
    // counts.
    const last = new Map([...storm.promised].flatMap(([address, holders]) => [...holders].map((mac) => [mac, address] as const)));
    for (const [mac, address] of [...last].slice(0, 100))
      assert.equal(await storm.reboot(mac, address), MessageType.ack, `${mac} ${address}`);
  } finally {
    child.kill("SIGKILL");
    storm.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("after each kill, every booting machine that got an ACK is a node with the events of its request", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-crash-"));
  const database = join(folder, "muster.db");
  const storm = await Storm.open([
    [Option.vendorClass, Buffer.from("PXEClient:Arch:00007:UNDI:003016")],
    [Option.clientArchitecture, Uint8Array.of(0, 7)],
  ]);
  let child = await start(database, storm);
  try {
    const joined = storm.join(Array.from({ length: 300 }, (_, n) => macOf(n)));
    for (let kills = 0; kills < 4; kills++) {
      const before = storm.promised.size;
      while (storm.promised.size < before + 40) await sleep(5);
      child.kill("SIGKILL");
      await once(child, "exit");
      const promised = new Set([...storm.promised.values()].flatMap((holders) => [...holders]));
      const { db, nodes, events } = openStores(database);
      const untold = [...promised].filter((mac) => {
        const node = nodes.findByMac(mac);
        return !node || !events.ofNode(node.id, 0, 100).some(({ type }) => type === "dhcp.request");
      });
      db.close();
      assert.deepEqual(untold, []);
      child = await start(database, storm);
    }
    await joined;
  } finally {
    child.kill("SIGKILL");
    storm.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
