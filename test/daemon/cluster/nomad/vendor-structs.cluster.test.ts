/** The vendor's open-source structs read the stand-in's answers and our job specifications. Needs Go and its module proxy. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { writeVariable } from "../../../../daemon/cluster/nomad/variables.ts";
import { REFUSED } from "../../../../scripts/suite/cluster/parts.ts";
import { Kit } from "../../../support/cluster/nomad-conformance/kit.ts";
import { startNomadStandIn } from "../../../support/cluster/nomad-stand-in/stand-in.ts";
import { until } from "../../../support/until.ts";

const folder = join(import.meta.dirname, "../../../support/cluster/vendor-structs");

/** Returns the reason why the program cannot be built here. The reason is not a failure of a run in CI. */
function withoutGo(): string | false {
  try {
    execFileSync("go", ["mod", "download"], { cwd: folder, stdio: "pipe", timeout: 120_000 });
    return false;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    return `${REFUSED} of the Go module nomad/api: ${code === "ENOENT" ? "Go is not installed" : (stderr?.toString().trim().split("\n").at(-1) ?? "no answer")}`;
  }
}

test("the vendor's structs know every field of the stand-in and of our specifications", { skip: withoutGo() }, async (t) => {
  const standIn = await startNomadStandIn();
  const nomad = openNomad({ url: standIn.url });
  const work = mkdtempSync(join(tmpdir(), "muster-vendor-structs-"));
  t.after(async () => {
    await nomad.close();
    await standIn.close();
    rmSync(work, { recursive: true });
  });
  const kit = new Kit(nomad, t.signal, { knowFile: () => {}, hold: () => {}, release: () => {} });
  const services = [{ Name: "svc", Provider: "nomad", Tags: ["a"] }];
  const first = kit.job({ group: { Services: services } });
  await kit.runs(first);
  await kit.runs(kit.job({ memoryMb: 9_000_000 }));
  await kit.running(first, 1);
  await until("the service is registered", () => standIn.world.services.rows.size > 0);
  await writeVariable(nomad, { namespace: "default", path: "a/b" }, { items: { a: "1" }, cas: 0 }, kit.call);

  const file = join(work, "specifications.json");
  writeFileSync(
    file,
    JSON.stringify([kit.job(), kit.job({ type: "batch", command: "/bin/true", args: [] }), kit.job({ group: { Services: services } })]),
  );
  const program = join(work, "vendor-structs");
  await promisify(execFile)("go", ["build", "-o", program, "."], { cwd: folder });
  const { stdout } = await promisify(execFile)(program, [standIn.url, file]).catch((error: { stdout?: string }) => ({
    stdout: `${error.stdout}${error}`,
  }));
  const lines = stdout.trim().split("\n");
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("ok ")),
    [],
  );
  assert.ok(lines.length > 20, stdout);
});
