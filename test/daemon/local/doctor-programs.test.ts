/** The checks of programs in `muster doctor`: psql, and what the tools need on the control node and on nodes. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { Config } from "../../../daemon/config/config.ts";
import { psqlCheck, toolProgramChecks } from "../../../daemon/local/doctor-programs.ts";

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

function examined(t: TestContext, files: Record<string, string>, find: (name: string) => string | undefined = () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), "muster-tools-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, "forms"), { recursive: true });
  const own = files["ansible/roles/common/defaults/main.yaml"] !== undefined;
  const config = Config.parse({
    changes: { tools: { forms_directory: join(folder, "forms") } },
    ...(own && { jobs: { ansible: { directory: join(folder, "ansible") } } }),
  });
  const checks = toolProgramChecks(config, { executor: join(folder, "executor") }, find);
  return (name: string) => checks.find((check) => check.name === name);
}

const form = (name: string, more: string) => `name: ${name}\ndescription: For a test.\n${more}`;

test("doctor names the tools of a missing program and its package, and stays content, because the daemon can start", (t) => {
  const check = examined(t, {});
  for (const [name, from] of [
    ["ping", "iputils-ping"],
    ["traceroute", "traceroute"],
    ["curl", "curl"],
  ])
    assert.deepEqual([check(name ?? "")?.ok, check(name ?? "")?.advice], [true, `apt-get install ${from}`]);
  assert.match(check("ping")?.detail ?? "", /the tool ping cannot run/);
  assert.equal(examined(t, {}, (name) => `/usr/bin/${name}`)("ping")?.detail, "/usr/bin/ping");
});

test("a program of a tool without its secret is not reported, because the tool is not set up", (t) => {
  const forms = {
    "forms/sql_mine.yaml": form(
      "sql_mine",
      "execution: { method: local }\ncommand: [mysql]\nprograms: [{ name: mysql, package: mariadb-client }]\nsecrets: [{ name: mine, environment: MINE_PASSWORD }]\n",
    ),
  };
  assert.equal(examined(t, forms)("mysql"), undefined);
  assert.match(examined(t, { ...forms, "executor/secrets/mine": "x" })("mysql")?.detail ?? "", /the tool sql_mine cannot run/);
});

test("doctor compares the programs of nodes with the packages of the role common, also in an own Ansible folder", (t) => {
  assert.deepEqual(examined(t, {})("programs of the nodes")?.advice, undefined);
  const own = form(
    "sensor",
    "execution: { method: ssh, requires_target: true }\ncommand: [sensors]\nprograms: [{ name: sensors, package: lm-sensors }]\n",
  );
  const check = examined(t, { "forms/sensor.yaml": own })("programs of the nodes");
  assert.match(check?.advice ?? "", /^To use the tool sensor, add to common_packages: lm-sensors$/);
  const role = "ansible/roles/common/defaults/main.yaml";
  const other = examined(t, { [role]: "common_packages: [procps, iproute2, nftables]\n" })("programs of the nodes");
  assert.match(other?.advice ?? "", /tool smart, add to common_packages: smartmontools$/);
  for (const text of ["common_packages: 7\n", "", "- x\n"])
    assert.match(examined(t, { [role]: text })("programs of the nodes")?.advice ?? "", /smartmontools/);
});
