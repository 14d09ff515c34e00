import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { noNetwork } from "../../../scripts/lab/network.ts";

const digest = createHash("sha256").update(Buffer.alloc(300_000, "never the same twice ")).digest("hex");

for (const mtu of [1400, 1500, 65_536]) {
  test(`a window arrives whole over a path that bears ${mtu} bytes`, { skip: noNetwork, timeout: 60_000 }, async () => {
    const fetch = `ip link set lo up mtu ${mtu} && exec ${process.execPath} ${join(import.meta.dirname, "short-path.ts")}`;
    const { stdout } = await promisify(execFile)("unshare", ["--net", "--kill-child", "sh", "-c", fetch]);
    assert.equal(stdout.trim(), digest);
  });
}
