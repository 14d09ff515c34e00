/** `muster doctor` on this machine: each problem with its key and advice. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { createDataDir, dataDir } from "../../../daemon/data-dir.ts";
import { doctor } from "../../../daemon/local/doctor.ts";
import { bootFilesFor } from "../../../daemon/netboot/boot-files.ts";

function place(t: TestContext, config: object) {
  const folder = mkdtempSync(join(tmpdir(), "muster-doctor-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "muster.yaml");
  writeFileSync(file, JSON.stringify(config));
  const data = dataDir(join(folder, "data"));
  const look = async (name: string) => (await doctor(file, data, {})).find((check) => check.name.startsWith(name));
  return { data, look };
}

const quiet = { control: { host: "127.0.0.1", port: 0 }, netboot: { http_port: 0 } };

test("a wrong configuration is the only finding, with its key", async (t) => {
  const { look } = place(t, { control: { port: 70000 } });
  const check = await look("configuration");
  assert.equal(check?.ok, false);
  assert.match(check.detail, /control\.port/);
});

test("a port that another program holds is named with the program", async (t) => {
  const server = createServer((_, response) => response.end("not Muster"));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const check = await place(t, { ...quiet, control: { host: "127.0.0.1", port } }).look("admin.control.port");
  assert.equal(check?.ok, false);
  assert.match(check.detail, /listens there/);
  assert.match(check.advice ?? "", /control\.port/);
});

test("a missing card, and a range outside the card's network, are problems of the boot network", async (t) => {
  const missing = await place(t, { ...quiet, netboot: { http_port: 0, interface: "nope0" } }).look("boot network");
  assert.match(missing?.detail ?? "", /netboot\.interface: nope0/);
  assert.match(missing?.advice ?? "", /ip addr add/);
  const range = { from: "10.1.2.3", to: "10.1.2.9" };
  const netboot = { http_port: 0, tftp_port: 0, interface: "lo", dhcp: "full", range, check_other_servers: false };
  const stray = await place(t, { ...quiet, netboot }).look("boot network");
  assert.equal(stray?.ok, false);
  assert.match(stray.detail, /netboot\.range: 10\.1\.2\.3 is not in 127\.0\.0\.0\/8/);
});

test("missing boot files are reported with the commands that fetch them; existing files are fine", async (t) => {
  const { data, look } = place(t, { ...quiet, profile: "preseed" });
  const before = await look("boot files (preseed)");
  assert.deepEqual([before?.ok, before?.advice], [false, "muster assets fetch"]);
  for (const file of bootFilesFor("preseed", "trixie")) {
    mkdirSync(dirname(join(data.assets, file)), { recursive: true });
    writeFileSync(join(data.assets, file), "x");
  }
  assert.deepEqual([(await look("boot files (preseed)"))?.ok, (await look("boot files (image)"))?.ok], [true, true]);
});

test("boot files of another Debian release than the setting are a problem, with both names and the command", async (t) => {
  const { data, look } = place(t, { ...quiet, machines: { profile: "preseed", debian: { suite: "bookworm" } } });
  for (const file of bootFilesFor("preseed", "trixie")) {
    mkdirSync(dirname(join(data.assets, file)), { recursive: true });
    writeFileSync(join(data.assets, file), "x");
  }
  const check = await look("boot files (preseed)");
  assert.match(check?.detail ?? "", /is trixie, but machines\.debian\.suite is bookworm .*missing: debian-installer\/12\/amd64\/linux/);
  assert.deepEqual([check?.ok, check?.advice], [false, "muster assets fetch"]);
});

test("other users must not read the executor's folder, which contains the SSH key", async (t) => {
  const { data, look } = place(t, quiet);
  assert.deepEqual(await look("data folder"), { name: "data folder", ok: true, detail: `${data.root}, created at the first start` });
  createDataDir(data);
  assert.equal((await look("data folder"))?.ok, true);
  rmSync(data.executor, { recursive: true });
  mkdirSync(data.executor);
  const open = await look("data folder");
  assert.deepEqual([open?.ok, open?.advice], [false, `chmod 700 ${data.executor}`]);
});
