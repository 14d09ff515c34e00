/** The check of psql in `muster doctor`. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { psqlCheck } from "../../../daemon/local/doctor-programs.ts";

test("doctor reports a psql that would send the password as plain text, but only if there is a password", (t) => {
  const executor = mkdtempSync(join(tmpdir(), "muster-psql-"));
  t.after(() => rmSync(executor, { recursive: true }));
  const check = (version: string | undefined) => psqlCheck({ executor }, () => version);
  assert.deepEqual(check("psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), []);

  mkdirSync(join(executor, "secrets"));
  writeFileSync(join(executor, "secrets/postgresql_password"), "x");
  for (const [version, ok, advice] of [
    ["psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", false, /Install psql 16/],
    ["psql (PostgreSQL) 9.6.24", false, /Install psql 16/],
    ["psql (PostgreSQL) 17.2 (Debian 17.2-1)", true, undefined],
    ["psql (PostgreSQL) 18beta1", true, undefined],
    [undefined, false, /postgresql-client/],
  ] as const) {
    const [found] = check(version);
    assert.equal(found?.ok, ok, version);
    if (advice) assert.match(found?.advice ?? "", advice);
  }
});
