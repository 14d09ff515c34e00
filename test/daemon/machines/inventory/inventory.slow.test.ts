import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Scalar } from "yaml";
import { redact } from "../../../../daemon/log/redact.ts";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";
import { KnownHosts } from "../../../../daemon/machines/inventory/known-hosts.ts";
import { entry, TodoFile } from "../../../../daemon/machines/inventory/todo.ts";
import { ensureMap, put } from "../../../../daemon/machines/inventory/writing/entries.ts";

const ansibleInventory = "/usr/bin/ansible-inventory";

function folder(t: { after(work: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), "muster-inventory-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("a host is added, moved and removed; the file is made when there is none", async (t) => {
  const inventory = new Inventory(join(folder(t), "inventory.yaml"));
  await inventory.upsertHost({ name: "n1", address: "10.0.0.1" });
  await inventory.upsertHost({ name: "n2", address: "10.0.0.2" });
  await inventory.upsertHost({ name: "n1", address: "10.0.0.9" });
  assert.deepEqual(
    inventory.hosts(),
    new Map([
      ["n1", "10.0.0.9"],
      ["n2", "10.0.0.2"],
    ]),
  );
  await inventory.removeHost("n1");
  await inventory.removeHost("never-there");
  assert.deepEqual(inventory.hosts(), new Map([["n2", "10.0.0.2"]]));
});

test("entries of others stay: comments, groups, variables, vaults", async (t) => {
  const file = join(folder(t), "inventory.yaml");
  const before = `# kept by hand
all:
  vars:
    flag: yes # really
    mac: "52:54:00:12:34:56"
  children:
    controller_nodes:
      hosts:
        boss:
          ansible_host: 10.0.0.254
          secret: !vault |
            $ANSIBLE_VAULT;1.1;AES256
            3132
    worker_nodes:
      hosts:
        # ours
        n1:
          ansible_host: 10.0.0.1
          rack: 4
`;
  writeFileSync(file, before);
  const inventory = new Inventory(file);
  await inventory.upsertHost({ name: "n1", address: "10.0.0.7" });
  assert.equal(readFileSync(file, "utf8"), before.replace("10.0.0.1\n", "10.0.0.7\n"));
});

for (const [what, text] of [
  ["broken YAML", "all: [\n"],
  ["a list at the top", "- a\n"],
  ["hosts as a list", "all:\n  children:\n    worker_nodes:\n      hosts:\n        - n1\n"],
] as const) {
  test(`${what} is an error that names the file, and the file stays as it was`, async (t) => {
    const file = join(folder(t), "inventory.yaml");
    writeFileSync(file, text);
    await assert.rejects(new Inventory(file).upsertHost({ name: "n1", address: "10.0.0.1" }), { code: "INVENTORY_INVALID" });
    assert.equal(readFileSync(file, "utf8"), text);
  });
}

test("a host may not have the name of a group, at any depth: a run on it would reach the whole group", async (t) => {
  const file = join(folder(t), "inventory.yaml");
  const text = "all:\n  children:\n    region:\n      children:\n        rack4:\n          hosts:\n            h1:\nextra:\n  hosts: {}\n";
  writeFileSync(file, text);
  for (const name of ["region", "rack4", "extra"])
    await assert.rejects(new Inventory(file).upsertHost({ name, address: "10.0.0.1" }), { code: "NODE_NAME_TAKEN" });
  assert.equal(readFileSync(file, "utf8"), text);
  await new Inventory(file).upsertHost({ name: "h1", address: "10.0.0.1" });
});

test("a node that lost its address to another leaves, but not one that is elsewhere", async (t) => {
  const inventory = new Inventory(join(folder(t), "inventory.yaml"));
  await inventory.upsertHost({ name: "n1", address: "10.0.0.1" });
  await inventory.upsertHost({ name: "n2", address: "10.0.0.2" });
  await inventory.upsertHost({ name: "n3", address: "10.0.0.1" }, ["n1", "n2", "never-there"]);
  assert.deepEqual([...inventory.hosts().keys()], ["n2", "n3"]);
});

test("names that YAML could take for something else stay names", {
  skip: existsSync(ansibleInventory) ? false : "ansible is not installed",
}, async (t) => {
  const file = join(folder(t), "inventory.yaml");
  const names = ["123", "0777", "0x1f", "1e3", "yes", "on", "null", "true"];
  for (const name of names) for (const address of ["10.0.0.1", "10.0.0.2"]) await new Inventory(file).upsertHost({ name, address });
  const { stdout } = spawnSync(ansibleInventory, ["-i", file, "--list"]);
  assert.deepEqual(JSON.parse(stdout.toString()).worker_nodes.hosts, names);
});

test("the file keeps the permissions its owner gave it", async (t) => {
  const file = join(folder(t), "inventory.yaml");
  writeFileSync(file, "all:\n", { mode: 0o600 });
  await new Inventory(file).upsertHost({ name: "n1", address: "10.0.0.1" });
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("an empty group is filled", async (t) => {
  const file = join(folder(t), "inventory.yaml");
  writeFileSync(file, "all:\n  children:\n    worker_nodes:\n      hosts:\n");
  const inventory = new Inventory(file);
  await inventory.upsertHost({ name: "n1", address: "10.0.0.1" });
  assert.equal(inventory.hosts().size, 1);
});

const writer = (file: string, names: string[]) =>
  spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `
    import { Inventory } from ${JSON.stringify(join(import.meta.dirname, "../../../../daemon/machines/inventory/inventory.ts"))};
    const inventory = new Inventory(${JSON.stringify(file)});
    await Promise.all(${JSON.stringify(names)}.map((name, at) => inventory.upsertHost({ name, address: "10.0.1." + at })));
  `,
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );

test("50 hosts written by 5 processes at once are all there, and Ansible agrees", {
  skip: existsSync(ansibleInventory) ? false : "ansible is not installed",
}, async (t) => {
  const file = join(folder(t), "inventory.yaml");
  const names = (process: number) => Array.from({ length: 10 }, (_, at) => `p${process}-n${at}`);
  const codes = await Promise.all([0, 1, 2, 3, 4].map(async (n) => (await once(writer(file, names(n)), "exit"))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0, 0]);
  assert.equal(new Inventory(file).hosts().size, 50);
  const { stdout } = spawnSync(ansibleInventory, ["-i", file, "--list"]);
  assert.equal(JSON.parse(stdout.toString()).worker_nodes.hosts.length, 50);
});

test("of many who wait for the file each is written or refused by itself, and half of a refused change is not there", async (t) => {
  const file = join(folder(t), "inventory.yaml");
  writeFileSync(file, "all:\n  children:\n    rack4:\n      hosts: {}\n");
  const inventory = new Inventory(file);
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
  const adding = [...names, "rack4"].map((name) => inventory.upsertHost({ name, address: "10.0.0.1" }));
  const broken = inventory.file.change(["all"], (document) => {
    put(ensureMap(document, ["all", "vars"]), "half", new Scalar(true));
    throw new Error("not the whole of it");
  });
  const last = inventory.removeHost("n7");
  const results = await Promise.allSettled([...adding, broken, last]);
  assert.deepEqual(
    results.flatMap((result) => (result.status === "rejected" ? [result.reason.message.split(":")[0]] : [])),
    ["hostname", "not the whole of it"],
  );
  assert.deepEqual(
    [...inventory.hosts().keys()],
    names.filter((name) => name !== "n7"),
  );
  assert.ok(!readFileSync(file, "utf8").includes("half"));
  assert.ok(inventory.names().has("n8"));
  await inventory.removeHost("n8");
  assert.ok(!inventory.names().has("n8"), "and the next to ask sees the file as it is");
});

test("a writer killed at any moment leaves a whole file", async (t) => {
  const file = join(folder(t), "inventory.yaml");
  for (let round = 0; round < 4; round++) {
    const child = writer(
      file,
      Array.from({ length: 400 }, (_, at) => `r${round}-n${at}`),
    );
    setTimeout(() => child.kill("SIGKILL"), 250 + round * 60);
    await once(child, "exit");
    if (existsSync(file)) new Inventory(file).hosts();
    rmSync(`${file}.lock`, { recursive: true, force: true }); // acts like proper-lockfile after a crash, whose own test covers the waiting
  }
});

test("known hosts are written whole, with the port where it is unusual", async (t) => {
  const file = join(folder(t), "known_hosts");
  const known = new KnownHosts(file);
  await Promise.all([
    known.write([]),
    known.write([
      { address: "10.0.0.1", hostKey: "ssh-ed25519 AAAA" },
      { address: "10.0.0.2", hostKey: "ssh-ed25519 BBBB", port: 2222 },
    ]),
  ]);
  assert.equal(readFileSync(file, "utf8"), "10.0.0.1 ssh-ed25519 AAAA\n[10.0.0.2]:2222 ssh-ed25519 BBBB\n");
});

const failure = {
  name: "n1",
  address: "10.0.0.1",
  at: new Date(0),
  job: { id: "n1-1", playbook: "playbook.yaml" },
  summary: "it failed",
  hint: undefined,
};

test("the newest known hosts stay, and a caller with older ones waits until they are written", async (t) => {
  const file = join(folder(t), "known_hosts");
  const knownHosts = new KnownHosts(file);
  const keys = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ address: `10.0.0.${index}`, hostKey: "ssh-ed25519 AAAA" }));
  await Promise.all([1, 2, 3, 40].map((count) => knownHosts.write(keys(count))));
  assert.equal(readFileSync(file, "utf8").split("\n").length - 1, 40);
  rmSync(file);
  await knownHosts.write(keys(40));
  assert.equal(readFileSync(file, "utf8").split("\n").length - 1, 40);
  const nowhere = new KnownHosts(join(file, "below-a-file"));
  const results = await Promise.allSettled([1, 2, 3].map((count) => nowhere.write(keys(count))));
  assert.ok(results.every(({ status }) => status === "rejected"));
});

test("no log ends its block in TODO.md", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("`", "```", "\n", "x", "# ", "````` \n"), { maxLength: 40 }), (parts) => {
      const text = entry({ ...failure, log: parts.join("") });
      const fence = /\n(`{3,})text\n/.exec(text)?.[1] ?? "";
      const body = text.slice(text.indexOf(`${fence}text\n`) + fence.length + 5);
      assert.equal(body.split(fence).length, 2, text);
    }),
  );
});

test("failures at the same moment follow each other whole, capped and without secrets", async (t) => {
  const file = join(folder(t), "TODO.md");
  const todo = new TodoFile(file);
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      todo.add({
        ...failure,
        name: `n${n}`,
        job: { id: `job-${n}`, playbook: "playbook.yaml" },
        log: `password: hunter2222\n${"x".repeat(100_000)}`,
      }),
    ),
  );
  const text = readFileSync(file, "utf8");
  assert.equal(text.match(/^## Provisioning Failed for `n\d+`$/gm)?.length, 20);
  assert.ok(text.length < 20 * 10_000);
  assert.ok(!text.includes("hunter2222"));
});

test("text that looks like a secret is taken out", () => {
  for (const secret of [
    "ghp_0123456789abcdefghij",
    "Bearer abcdefgh12345678",
    `mk_01234567_${"a".repeat(64)}`,
    `mt_${"b".repeat(64)}`,
    "AKIA0123456789ABCDEF",
  ]) {
    assert.ok(!redact(`before ${secret} after`).includes(secret.slice(-8)), secret);
  }
  assert.equal(redact("http://user:pass@host/ok"), "http://user:[redacted]@host/ok");
});
