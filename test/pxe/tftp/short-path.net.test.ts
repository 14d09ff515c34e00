/** A window on a path where the kernel cannot segment it (UDP_SEGMENT): it arrives all the same. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { noNetwork } from "../../../scripts/lab/network.ts";

const digest = createHash("sha256").update(Buffer.alloc(300_000, "never the same twice ")).digest("hex");

async function arrivesAfter(preparation: string): Promise<void> {
  const commands = `${preparation} && exec ${process.execPath} ${join(import.meta.dirname, "short-path.ts")}`;
  const { stdout } = await promisify(execFile)("unshare", ["--net", "--mount", "--kill-child", "sh", "-c", commands]);
  assert.equal(stdout.trim(), digest);
}

for (const mtu of [1400, 1500, 65_536]) {
  test(`over a path with an MTU of ${mtu} bytes`, { skip: noNetwork, timeout: 60_000 }, () => arrivesAfter(`ip link set lo up mtu ${mtu}`));
}

test("without Python", { skip: noNetwork, timeout: 60_000 }, () =>
  arrivesAfter("ip link set lo up && mount --bind /bin/false /usr/bin/python3"),
);
