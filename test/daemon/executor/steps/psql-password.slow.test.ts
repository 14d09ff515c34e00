/** The password of a database never goes as plain text to a machine that only answers at the address of a node. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { readOnly } from "../../../../daemon/executor/steps/database.ts";
import { StepFailure } from "../../../../daemon/executor/steps/ending.ts";
import { scrubbed } from "../../../../daemon/executor/steps/local-command.ts";
import { withGuardedPassword } from "../../../../daemon/executor/steps/psql-password.ts";

const PASSWORD = "hunter2-hunter2";
const query = ["psql", "--command=select 'sslmode=disable'"];
const release = (major: number) => () => Promise.resolve(major);

for (const major of [9, 13, 15])
  test(`psql ${major} gets no password, and the error names what to install`, async () => {
    await assert.rejects(
      withGuardedPassword(query, { PGPASSWORD: PASSWORD }, release(major)),
      (error) => error instanceof StepFailure && error.message.includes(`psql ${major} `) && /install psql 16/.test(error.message),
    );
  });

test("newer releases refuse a server that asks for the plain password, whatever the form says", async () => {
  for (const [major, form] of [
    [16, {}],
    [17, { PGREQUIREAUTH: "password" }],
    [18, { PGREQUIREAUTH: "" }],
    [17, { PGSSLMODE: "require" }],
  ] as const)
    assert.equal((await withGuardedPassword(query, { PGPASSWORD: PASSWORD, ...form }, release(major))).PGREQUIREAUTH, "scram-sha-256,none");
});

test("a server with a verified certificate may get the password from every release", async () => {
  const env = { PGPASSWORD: PASSWORD, PGSSLMODE: "verify-full", PGSSLROOTCERT: "/etc/ssl/ca.pem" };
  assert.deepEqual(await withGuardedPassword(query, env, release(15)), env);
});

test("a query without a password does not depend on the release", async () => {
  assert.deepEqual(await withGuardedPassword(query, { PGUSER: "app" }, () => assert.fail("asked")), { PGUSER: "app" });
});

for (const word of ["--dbname=dbname=app require_auth=password", "postgres://u@h/db?sslmode=disable", "--dbname=x channel_binding=disable"])
  test(`${word} cannot loosen the rule`, async () => {
    await assert.rejects(withGuardedPassword([...query, word], { PGPASSWORD: PASSWORD }, release(17)), /set PGSSLMODE in the environment/);
  });

/** A server that asks for the password in plain text (3) or as MD5 (5), and keeps every byte. */
for (const [what, ask] of [
  ["plain text", Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])],
  ["MD5", Buffer.from([0x52, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4])],
] as const)
  test(`the psql of this machine sends nothing of a password to a server that asks for ${what}`, async (t) => {
    const heard: Buffer[] = [];
    let answers = 0;
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        heard.push(bytes);
        const encryption = bytes.length === 8;
        if (!encryption) answers += 1;
        socket.write(encryption ? "N" : ask);
        if (answers > 1) socket.destroy();
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const words = ["psql", "--host=127.0.0.1", `--port=${port}`, "--username=reader", "--dbname=app", "--command=select 1"];
    const { argv, env } = readOnly(words, { PGPASSWORD: PASSWORD, PGCONNECT_TIMEOUT: "5" }, 5);
    try {
      const guarded = await withGuardedPassword(argv, env);
      const [program = "", ...args] = argv;
      const [code] = await once(spawn(program, args, { env: scrubbed(guarded), stdio: "ignore" }), "exit");
      assert.notEqual(code, 0);
    } catch (error) {
      assert.ok(error instanceof StepFailure, String(error));
    }
    const all = Buffer.concat(heard).toString("latin1");
    assert.ok(!all.includes(PASSWORD) && !all.includes("md5"), all);
  });
