/** Several processes write the audit, and each may be killed at any moment. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { openDatabase } from "../../../daemon/store/database.ts";
import { intent, openAuditLab } from "../../support/audit.ts";

/** Another process with the same database as `db`, and its audit. */
function elsewhere(database: string, script: string) {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const lines = `
    import { AuditLog } from ${url("../../../daemon/audit/log.ts")};
    import { atomically, openDatabase } from ${url("../../../daemon/store/database.ts")};
    import { intent } from ${url("../../support/audit.ts")};
    const db = openDatabase(${JSON.stringify(database)});
    const audit = new AuditLog(db);
    ${script}`;
  return spawn(process.execPath, ["--input-type=module-typescript", "--eval", lines], { stdio: ["ignore", "pipe", "inherit"] });
}

test("after a kill between intent and outcome, the intent is unknown, and uncommitted records do not exist", async (t) => {
  const { audit, database, sign, verify } = openAuditLab(t);
  const killed = elsewhere(
    database,
    `audit.append(intent("lost"));
     atomically(db, () => {
       audit.append(intent("never begun"));
       process.stdout.write("now\\n");
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
  );
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await once(killed, "close");

  const db = openDatabase(database);
  t.after(() => db.close());
  assert.deepEqual(
    new AuditLog(db).list().map(({ executionId, result }) => [executionId, result]),
    [["lost", "unknown"]],
  );
  audit.append(intent("next"));
  sign("2026-11-21");
  assert.ok(verify().ok);
});

test("records of several concurrent processes form one chain", async (t) => {
  const { sign, database, verify } = openAuditLab(t);
  const writers = ["a", "b"].map((name) => elsewhere(database, `for (let n = 0; n < 50; n++) audit.append(intent(\`${name}\${n}\`));`));
  assert.deepEqual(await Promise.all(writers.map(async (writer) => (await once(writer, "close"))[0])), [0, 0]);
  sign("2026-11-21");
  const { ok, records, findings } = verify();
  assert.deepEqual([ok, records, findings], [true, 100, []]);
});
