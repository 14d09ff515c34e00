/**
 * Control, netboot and the executor as three users, on the data folder of an earlier single user: each opens only its own files,
 * and together they receive a machine and configure it.
 */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writtenKey } from "../../../../daemon/changes/votes/public-key.ts";
import type { Check } from "../../../../daemon/contract/admin/doctor.ts";
import { createClient } from "../../../../daemon/contract/client.ts";
import { type DataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { callHome } from "../../../support/control.ts";
import { noSshd, startSshd } from "../../../support/network/sshd.ts";
import { newFolder, startMuster } from "../../../support/processes/running-daemon.ts";
import {
  noSeparateUsers,
  type ProcessUser,
  SeparateUsers,
  SINGLE_USER,
  stop,
  type UnitSettings,
} from "../../../support/processes/separate-users.ts";
import { until, untilFound } from "../../../support/until.ts";

const skip = noSeparateUsers || noSshd;
const scripts = join(import.meta.dirname, "../../../../scripts");

/** The rights of control, netboot and the executor on each entry, in their units: read, write, search a folder. */
const table: [entry: string, control: string, netboot: string, executor: string][] = [
  ["", "rwx", "rwx", "r-x"],
  ["muster.db", "rw-", "rw-", "r--"],
  ["muster.db-wal", "rw-", "rw-", "r--"],
  ["muster.db-shm", "rw-", "rw-", "r--"],
  ["inventory.yaml", "rw-", "---", "r--"],
  ["host_vars/old.yaml", "r--", "---", "r--"],
  ["known_hosts", "rw-", "---", "r--"],
  ["TODO.md", "rw-", "---", "---"],
  ["control.sock", "rw-", "rw-", "rw-"],
  ["audit", "rwx", "---", "---"],
  ["audit/key.pem", "rw-", "---", "---"],
  ["audit/key.pub", "rw-", "---", "---"],
  ["jobs", "r-x", "---", "rwx"],
  ["captures", "r-x", "rwx", "---"],
  ["assets", "r-x", "r-x", "r-x"],
  ["assets/ipxe/undionly.kpxe", "r--", "r--", "r--"],
  ["locks/control", "rw-", "---", "---"],
  ["locks/netboot", "---", "rw-", "---"],
  ["locks/executor", "---", "---", "rw-"],
  ["executor", "--x", "--x", "rwx"],
  ["executor/executor.sock", "rw-", "---", "rw-"],
  ["executor/id_ed25519", "---", "---", "rw-"],
  ["executor/id_ed25519.pub", "r--", "r--", "rw-"],
  ["executor/secrets", "---", "---", "rwx"],
  ["executor/secrets/postgresql_password", "---", "---", "rw-"],
  ["executor/vars.json", "---", "---", "rw-"],
  ["executor/voters.yaml", "r--", "---", "rw-"],
  ["executor/tmp", "---", "---", "rwx"],
];

/** Asks the kernel, as each user, and not the permission bits. */
function rightsNow(users: SeparateUsers, user: ProcessUser, data: DataDir, entries: readonly string[]): Map<string, string> {
  const script = 'for f; do r=-; w=-; x=-; [ -r "$f" ] && r=r; [ -w "$f" ] && w=w; [ -d "$f" ] && [ -x "$f" ] && x=x; echo "$r$w$x"; done';
  // The search permission of a folder is asked of the folder itself.
  const { stdout } = users.runIn(user, unitOf(user, data), "sh", "-c", script, "sh", ...entries.map((name) => join(data.root, name)));
  const lines = stdout.trim().split("\n");
  return new Map(entries.map((name, index) => [name, lines[index] ?? ""]));
}

/** The folder of a daemon that ran as one user, with permissions that are too wide. */
function asEarlierUser(data: DataDir): void {
  mkdirSync(join(data.executor, "secrets"), { recursive: true });
  mkdirSync(join(data.root, "host_vars"));
  mkdirSync(join(data.assets, "ipxe"), { recursive: true });
  writeFileSync(join(data.root, "host_vars/old.yaml"), "{}\n");
  writeFileSync(join(data.assets, "ipxe/undionly.kpxe"), "x");
  writeFileSync(join(data.executor, "secrets/postgresql_password"), "hunter2");
  writeFileSync(data.voters, "voters: []\n");
  writeFileSync(data.todo, "");
  chownSync(data.root, SINGLE_USER, SINGLE_USER);
  for (const name of readdirSync(data.root, { recursive: true, encoding: "utf8" })) {
    const path = join(data.root, name);
    const found = lstatSync(path);
    if (!found.isFile() && !found.isDirectory()) continue;
    chownSync(path, SINGLE_USER, SINGLE_USER);
    chmodSync(path, found.isDirectory() ? 0o777 : 0o666);
  }
}

/** UMask=, ReadOnlyPaths= and ReadWritePaths= of the unit of a process, with this data folder. */
function unitOf(name: ProcessUser, { root }: DataDir): UnitSettings {
  const text = readFileSync(join(scripts, `systemd/muster-${name}.service`), "utf8");
  const setting = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(text)?.[1]?.replaceAll("/var/lib/muster", root);
  const [mask, readOnly, writable] = ["UMask", "ReadOnlyPaths", "ReadWritePaths"].map(setting);
  assert(mask !== undefined);
  return readOnly === undefined ? { mask } : { mask, readOnly, writable: writable?.split(" ") ?? [] };
}

test("three users share a folder that one user had, and together receive and configure a machine", { skip }, async (t) => {
  const folder = newFolder(t);
  chmodSync(folder, 0o755);
  const sshdFolder = newFolder(t);
  const ansible = join(folder, "ansible");
  mkdirSync(ansible);
  writeFileSync(
    join(ansible, "site.yaml"),
    "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.raw: echo hello from afar\n",
  );
  const settings = {
    machines: { call_home: { networks: ["127.0.0.0/8"] } },
    jobs: { ansible: { directory: ansible, playbook: "site.yaml", gather_seconds: 0 } },
  };
  const earlier = startMuster(t, { folder, settings });
  const key = await earlier.firstKey();
  await until("the executor has its key", async () => (await (await earlier.client(key)).status()).executor === "connected");
  await earlier.stop();
  const data = dataDir(join(folder, "data"));
  const sshd = await startSshd(t, sshdFolder, { keyFile: join(data.executor, "id_ed25519") });
  writeFileSync(data.inventory, `all:\n  vars: { ansible_port: ${sshd.place.port}, ansible_user: root }\n`);
  asEarlierUser(data);

  const users = new SeparateUsers(folder);
  const place = ["--config", join(folder, "muster.yaml"), "--data", data.root];
  const start = (name: ProcessUser) => users.start(t, name, unitOf(name, data), join(scripts, "muster-process"), name, ...place);

  // The folder is wrong, so every process refuses to start and names the command that corrects the folder.
  for (const name of ["control", "netboot", "executor"] as const) {
    const refused = users.run(name, join(scripts, "muster-process"), name, ...place);
    assert.equal(refused.status, 78, refused.said);
    assert.match(refused.said, /muster prepare/);
  }
  const prepared = users.run("root", join(scripts, "muster"), "prepare", ...place);
  assert.equal(prepared.status, 0, prepared.said);
  assert.match(prepared.said, /Corrected: .*audit\/key\.pem/);
  assert.match(users.run("root", join(scripts, "muster"), "prepare", ...place).said, /Nothing to correct/);

  const control = start("control");
  const netboot = start("netboot");
  const executor = start("executor");
  const all = () => `${control.said()}\n${netboot.said()}\n${executor.said()}`;
  const url = await untilFound("control's address", () => {
    assert.equal(control.child.exitCode, null, all());
    return /Muster is at (\S+)/.exec(control.said())?.[1];
  });
  const client = createClient({ baseUrl: url, headers: () => ({ authorization: `Bearer ${key}` }) });
  await until("all processes are at work", async () => {
    for (const { child } of [control, netboot, executor]) assert.equal(child.exitCode, null, all());
    const status = await client.status();
    return status.executor === "connected" && status.netboot.alive;
  });

  const node = await client.addNode({ name: "n1", mac: "52:54:00:00:00:01" });
  const { token } = await client.createToken({ node: node.name });
  const report = { ip_address: "127.0.0.1", hostname: "n1", token, mac: "52:54:00:00:00:01", ssh_host_key: sshd.place.hostKey };
  const answer = await callHome(url, report);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const phase = await untilFound("the node is configured", async () => {
    const { state } = await client.getNode({ node: "n1" });
    return /ready|failed/.test(state.phase) ? state.phase : undefined;
  });
  assert.equal(phase, "ready", all());

  // The executor reads the plan from the database, which its unit does not let it write.
  await client.propose({ goal: { kind: "tool", tool: "load", parameters: {} }, targets: ["n1"] });
  const looked = await untilFound("the plan has ended", async () => {
    const [execution] = await client.listExecutions({});
    return execution?.endedAt === undefined ? undefined : execution;
  });
  assert.equal(looked.status, "succeeded", all());

  // Commands of root leave files that the processes can use. `muster up` refuses the folder.
  const muster = (...args: string[]) => users.run("root", join(scripts, "muster"), ...args);
  const voter = writtenKey(generateKeyPairSync("ed25519").publicKey);
  for (const args of [
    ["key", "create", "--name", "second", "--role", "viewer", "--data", data.root],
    ["voter", "add", "bea", voter, "--role", "operator", "--data", data.root],
    ["backup", join(folder, "backup"), "--data", data.root],
  ]) {
    const done = muster(...args);
    assert.equal(done.status, 0, done.said);
  }
  assert.match(users.runIn("executor", unitOf("executor", data), "cat", data.voters).said, /name: bea/);
  assert.match(users.run("control", "cat", data.voters).said, /name: bea/);
  const up = muster("up", ...place);
  assert.deepEqual([up.status, /systemctl start muster\.target/.test(up.said)], [1, true], up.said);

  const entries = table.map(([entry]) => entry);
  for (const [index, user] of (["control", "netboot", "executor"] as const).entries()) {
    const found = rightsNow(users, user, data, entries);
    const wanted = new Map(table.map(([entry, ...rights]) => [entry, rights[index] ?? ""]));
    assert.deepEqual(Object.fromEntries(found), Object.fromEntries(wanted), user);
  }

  // Root may correct the folder while the processes run, and finds nothing that a process must not have.
  assert.equal(muster("prepare", ...place).status, 0);
  const examined = JSON.parse(muster("doctor", "--json", ...place).stdout) as Check[];
  assert.deepEqual(
    examined.filter(({ name }) => name === "data folder").map(({ ok, detail }) => [ok, detail]),
    [[true, `${data.root}, with a user for each process`]],
  );

  // Netboot ends and comes back. Control sees both, and the log of all processes reaches control.
  await stop(netboot.child, "SIGKILL");
  await until("control sees the end of netboot", async () => !(await client.status()).netboot.alive);
  start("netboot");
  await until("control sees the new netboot", async () => (await client.status()).netboot.alive);
  const log = await client.daemonLog({ level: "info" });
  for (const name of ["control", "netboot", "executor"])
    assert.ok(
      log.lines.some(({ process }) => process === name),
      `the log of ${name}`,
    );
  for (const { child } of [executor, control]) assert.equal(await stop(child), 0);
});

test("a new data folder needs no second correction after the first start", { skip }, async (t) => {
  const folder = newFolder(t);
  chmodSync(folder, 0o755);
  const quiet = { admin: { control: { host: "127.0.0.1", port: 0 } }, netboot: { http_port: 0, tftp_port: 0 } };
  writeFileSync(join(folder, "muster.yaml"), JSON.stringify(quiet));
  const data = dataDir(join(folder, "data"));
  const users = new SeparateUsers(folder);
  const place = ["--config", join(folder, "muster.yaml"), "--data", data.root];
  const muster = (...args: string[]) => users.run("root", join(scripts, "muster"), ...args);
  assert.equal(muster("prepare", ...place).status, 0);
  const start = (name: ProcessUser) => users.start(t, name, unitOf(name, data), join(scripts, "muster-process"), name, ...place);
  const processes = [start("control"), start("netboot"), start("executor")];
  const all = () => processes.map(({ said }) => said()).join("\n");
  await until("control and the executor are connected", () => {
    for (const { child } of processes) assert.equal(child.exitCode, null, all());
    return all().includes('"executor connected"') && all().includes("first API key") && all().includes('"netboot serves"');
  });
  assert.match(users.run("netboot", "cat", join(data.executor, "id_ed25519.pub")).stdout, /^ssh-ed25519 /);
  const examined = JSON.parse(muster("doctor", "--json", ...place).stdout) as Check[];
  assert.deepEqual(
    examined.filter(({ name }) => name === "data folder").map(({ detail }) => detail),
    [`${data.root}, with a user for each process`],
  );
});

test("a single user who cannot open the data folder of another user is shown the command that corrects it", { skip }, (t) => {
  const folder = newFolder(t);
  chmodSync(folder, 0o755);
  const data = dataDir(join(folder, "data"));
  mkdirSync(data.audit, { recursive: true });
  writeFileSync(data.database, "");
  chmodSync(data.audit, 0o700);
  for (const path of [data.root, data.database]) chownSync(path, 61_002, 61_002);
  writeFileSync(join(folder, "muster.yaml"), "{}");
  const users = new SeparateUsers(folder);
  const up = users.run("netboot", join(scripts, "muster"), "up", "--config", join(folder, "muster.yaml"), "--data", data.root);
  assert.equal(up.status, 1, up.said);
  assert.match(up.said, new RegExp(`cannot use ${data.audit}; as root, run: chown -R 61002 ${data.root}`));
});
