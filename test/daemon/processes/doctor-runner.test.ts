/** Control gets the results of `muster doctor` through the supervisor, which runs it in a separate process. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DoctorAsking, type DoctorNews } from "../../../daemon/admin/doctor-asking.ts";
import { doctorRunner } from "../../../daemon/processes/supervisor/doctor-runner.ts";

function place(t: TestContext, config: string): { config: string; data: string } {
  const folder = mkdtempSync(join(tmpdir(), "muster-doctor-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "muster.yaml"), config);
  return { config: join(folder, "muster.yaml"), data: join(folder, "data") };
}

/** Control and supervisor, connected as by the IPC channel. */
function joined(run: () => Promise<DoctorNews>): { asking: DoctorAsking; asked: () => number } {
  let asked = 0;
  const asking: DoctorAsking = new DoctorAsking(() => {
    asked += 1;
    void run().then((news) => asking.take(news));
  });
  return { asking, asked: () => asked };
}

test("the real checks arrive with what is wrong and what to do, and who asks meanwhile has the same answer", async (t) => {
  const { config, data } = place(t, "log: {level: loud}\n");
  const { asking, asked } = joined(doctorRunner(config, data, process.env));
  const [one, two] = await Promise.all([asking.examine(), asking.examine()]);
  assert.deepEqual(one, two);
  assert.equal(asked(), 1);
  const [check] = one.checks;
  assert.equal(check?.ok, false);
  assert.match(check?.detail ?? "", /log\.level/);
  assert.match(check?.advice ?? "", /muster init --print/);
  await asking.examine();
  assert.equal(asked(), 1, "an answer of just now is good enough");
});

test("checks that could not be made are a failure with its reason, and the next request runs them again", async (t) => {
  const { config, data } = place(t, "");
  const { asking, asked } = joined(doctorRunner(config, data, { PATH: "/nonexistent", NODE_OPTIONS: "--no-such-option" }));
  await assert.rejects(asking.examine(), { code: "DOCTOR_SILENT", message: /did not run: Command failed/ });
  await assert.rejects(asking.examine(), { code: "DOCTOR_SILENT" });
  assert.equal(asked(), 2);
});

test("a supervisor that does not answer, or none, is a failure and not a page that waits for ever", async () => {
  await assert.rejects(new DoctorAsking(() => undefined, 20).examine(), { code: "DOCTOR_SILENT", message: /no answer within 0.02 s/ });
  await assert.rejects(new DoctorAsking(undefined).examine(), { code: "DOCTOR_SILENT", message: /without a supervisor/ });
});
