/** Root gives the data folder to the users of the processes, and never touches what a process has put in its way. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createDataDir, type DataDir, dataDir, hasSeparateUsers } from "../../../../daemon/data-dir.ts";
import { accessTable } from "../../../../daemon/processes/accounts/access-table.ts";
import { type AccountIds, accountIds } from "../../../../daemon/processes/accounts/account-ids.ts";
import { checkAccess, checkOneUser, wrongEntries } from "../../../../daemon/processes/accounts/check-access.ts";
import { correctAccess } from "../../../../daemon/processes/accounts/correct.ts";

const skip = process.getuid?.() === 0 ? false : "needs root";
const ids: AccountIds = {
  users: { root: 0, control: 61_001, netboot: 61_002, executor: 61_003 },
  groups: { control: 61_001, netboot: 61_002, executor: 61_003, shared: 61_004, runs: 61_005 },
};

function place(t: TestContext): { folder: string; data: DataDir } {
  const folder = mkdtempSync(join(tmpdir(), "muster-accounts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return { folder, data: dataDir(join(folder, "data")) };
}

const shown = (path: string): string => {
  const { uid, gid, mode } = statSync(path);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
};

test("a new data folder gets every entry that a process would otherwise create", { skip }, (t) => {
  const { data } = place(t);
  correctAccess(data, ids);
  assert.deepEqual(wrongEntries(data, ids), []);
  assert.equal(shown(data.root), "0:61004 3770");
  assert.equal(shown(data.database), "61001:61004 660");
  assert.equal(shown(data.inventory), "61001:61005 640");
  assert.equal(shown(data.executor), "61003:61005 711");
  assert.equal(hasSeparateUsers(data), true);
  assert.deepEqual(correctAccess(data, ids), []);
});

for (const [what, spoil, name, right] of [
  [
    "a key that others may read",
    ({ executor }: DataDir) => chmodSync(join(executor, "id_ed25519"), 0o644),
    "executor/id_ed25519",
    "61003:61003 600",
  ],
  ["a secret of root", ({ executor }: DataDir) => chownSync(join(executor, "secrets/p"), 0, 0), "executor/secrets/p", "61003:61003 600"],
  ["an audit of another user", ({ audit }: DataDir) => chownSync(audit, 61_000, 61_000), "audit", "61001:61001 700"],
  ["a closed job", ({ jobs }: DataDir) => chmodSync(join(jobs, "j1"), 0o700), "jobs/j1", "61003:61005 2750"],
  [
    "an output of root",
    ({ jobs }: DataDir) => {
      for (const path of [join(jobs, "j1"), join(jobs, "j1/output.log")]) chownSync(path, 0, 0);
    },
    "jobs/j1/output.log",
    "61003:61005 640",
  ],
] as const)
  test(`${what} is corrected, and nothing else changes`, { skip }, (t) => {
    const { data } = place(t);
    correctAccess(data, ids);
    mkdirSync(join(data.jobs, "j1"));
    for (const path of ["executor/id_ed25519", "executor/secrets/p", "jobs/j1/output.log"]) writeFileSync(join(data.root, path), "x");
    correctAccess(data, ids);
    spoil(data);
    const changed = correctAccess(data, ids);
    assert.ok(changed.includes(name), changed.join());
    assert.ok(changed.length <= 2, changed.join());
    assert.equal(shown(join(data.root, name)), right);
  });

test("a link that a process made leads root nowhere, also in place of a folder", { skip }, (t) => {
  const { folder, data } = place(t);
  correctAccess(data, ids);
  const [file, outside] = [join(folder, "passwd"), join(folder, "outside")];
  mkdirSync(outside);
  writeFileSync(file, "");
  writeFileSync(join(outside, "shadow"), "");
  const before = [file, outside, join(outside, "shadow")].map(shown);
  symlinkSync(file, join(data.captures, "52-54-00-00-00-01.pcap"));
  symlinkSync(outside, join(data.jobs, "j1"));
  rmSync(data.captures, { recursive: true });
  symlinkSync(outside, data.captures);
  assert.deepEqual(correctAccess(data, ids), []);
  assert.deepEqual([file, outside, join(outside, "shadow")].map(shown), before);
});

test("a second name of a file of another user is refused", { skip }, (t) => {
  const { folder, data } = place(t);
  correctAccess(data, ids);
  const file = join(folder, "shadow");
  writeFileSync(file, "");
  linkSync(file, join(data.captures, "x"));
  assert.throws(() => correctAccess(data, ids), { code: "DATA_DIR_UNUSABLE", message: /captures\/x has 2 names/ });
  assert.equal(statSync(file).uid, 0);
});

test("a folder in place of a file is refused by name", { skip }, (t) => {
  const { data } = place(t);
  mkdirSync(data.database, { recursive: true });
  assert.throws(() => correctAccess(data, ids), { code: "DATA_DIR_UNUSABLE", message: /muster\.db must be a file/ });
});

test("a missing user is an error that names the user", (t) => {
  const { folder } = place(t);
  const [passwd, group] = [join(folder, "passwd"), join(folder, "group")];
  writeFileSync(passwd, "root:x:0:0::/root:/bin/sh\nmuster-control:x:61001:61001::/:/bin/sh\n");
  writeFileSync(group, "muster:x:61004:\n");
  assert.throws(() => accountIds(passwd, group), { code: "ACCOUNTS_MISSING", message: /no user muster-netboot/ });
});

test("a file that is open to other users stops the process that owns it, with the command that corrects it", { skip }, (t) => {
  const { data } = place(t);
  correctAccess(data, ids);
  writeFileSync(join(data.executor, "id_ed25519"), "", { mode: 0o640 });
  checkAccess(data, "control");
  assert.throws(() => checkAccess(data, "executor"), { code: "DATA_DIR_ACCESS", message: /id_ed25519 of executor is open .*640/ });
  rmSync(data.audit, { recursive: true });
  assert.throws(() => checkAccess(data, "control"), { code: "DATA_DIR_ACCESS", message: /control cannot use .*audit/ });
});

test("`muster up` refuses a folder of separate users, and accepts a folder of one user", { skip }, (t) => {
  const { data } = place(t);
  createDataDir(data);
  checkOneUser(data);
  correctAccess(data, ids);
  assert.throws(() => checkOneUser(data), { code: "DATA_DIR_SEPARATE" });
});

test("no two rows of the table name one entry", () => {
  const names = accessTable(dataDir("/data")).map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});
