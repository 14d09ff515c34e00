/** The inventory as a link into a repository, and entries in its place that are not one file. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { lock } from "proper-lockfile";
import { Scalar } from "yaml";
import { InventoryFile } from "../../../../daemon/machines/inventory/file.ts";
import { ensureMap, put } from "../../../../daemon/machines/inventory/writing/entries.ts";

const BEFORE = "# by hand\nall:\n  vars:\n    site: cellar\n";
const AFTER = `${BEFORE}    ours: true\n`;

function place(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "muster-place-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const folder of ["data", "repo"]) mkdirSync(join(root, folder));
  const at = (name: string) => join(root, name);
  writeFileSync(at("repo/inv.yaml"), BEFORE, { mode: 0o600 });
  return { at, path: at("data/inventory.yaml"), file: at("repo/inv.yaml"), text: (name: string) => readFileSync(at(name), "utf8") };
}

const change = (path: string, meanwhile: () => void = () => undefined) =>
  new InventoryFile(path).change(["all"], (document) => {
    meanwhile();
    put(ensureMap(document, ["all", "vars"]), "ours", new Scalar(true));
  });

for (const [what, link] of [
  ["a link", ({ at, path }) => symlinkSync(at("repo/inv.yaml"), path)],
  ["a relative link", ({ path }) => symlinkSync("../repo/inv.yaml", path)],
  [
    "a link to a link",
    ({ at, path }) => {
      symlinkSync("inv.yaml", at("repo/current.yaml"));
      symlinkSync(at("repo/current.yaml"), path);
    },
  ],
  [
    "a link in a data folder that is itself a link",
    ({ at, path }) => {
      renameSync(at("data"), at("disk"));
      symlinkSync(at("disk"), at("data"));
      symlinkSync("../repo/inv.yaml", path);
    },
  ],
] as [string, (here: ReturnType<typeof place>) => void][])
  test(`${what} stays a link, the file is written, and both locks are held meanwhile`, async (t) => {
    const here = place(t);
    link(here);
    const locks = () => [here.path, here.file].map((each) => existsSync(`${each}.lock`));
    let held: boolean[] = [];
    await change(here.path, () => {
      held = locks();
    });
    assert.deepEqual(
      [held, locks()],
      [
        [true, true],
        [false, false],
      ],
    );
    assert.equal(here.text("repo/inv.yaml"), AFTER);
    assert.equal(statSync(here.file).mode & 0o777, 0o600);
    assert.ok(lstatSync(here.path).isSymbolicLink());
  });

test("a file in a data folder that is itself a link has one lock, and is written", async (t) => {
  const here = place(t);
  renameSync(here.at("data"), here.at("disk"));
  symlinkSync(here.at("disk"), here.at("data"));
  await change(here.path);
  assert.equal(new InventoryFile(here.at("disk/inventory.yaml")).reading().groups.length > 0, true);
});

for (const [what, lockedBy] of [
  ["next to the file", (here: ReturnType<typeof place>) => lock(here.path)],
  ["next to the link", (here: ReturnType<typeof place>) => lock(here.path, { realpath: false })],
] as const)
  test(`Muster waits for a program that holds the lock ${what}`, async (t) => {
    const here = place(t);
    symlinkSync(here.file, here.path);
    const release = await lockedBy(here);
    const order: string[] = [];
    const changed = change(here.path, () => order.push("changed"));
    // Each of these takes as long as the change that must wait.
    for (let n = 0; n < 3; n++) await change(here.at(`repo/other${n}.yaml`));
    order.push("released");
    await release();
    await changed;
    assert.deepEqual(order, ["released", "changed"]);
    assert.equal(here.text("repo/inv.yaml"), AFTER);
  });

test("a link that is replaced in the middle: the new file is changed, and the old one stays", async (t) => {
  const here = place(t);
  symlinkSync(here.file, here.path);
  writeFileSync(here.at("repo/next.yaml"), `${BEFORE}    rack: 4\n`);
  let isReplaced = false;
  await change(here.path, () => {
    if (isReplaced) return;
    isReplaced = true;
    symlinkSync(here.at("repo/next.yaml"), here.at("data/new"));
    renameSync(here.at("data/new"), here.path);
  });
  assert.equal(here.text("repo/inv.yaml"), BEFORE);
  assert.equal(here.text("repo/next.yaml"), `${BEFORE}    rack: 4\n    ours: true\n`);
});

test("a link that loses its file in the middle: nothing is written", async (t) => {
  const here = place(t);
  symlinkSync(here.file, here.path);
  await assert.rejects(
    change(here.path, () => unlinkSync(here.file)),
    { code: "INVENTORY_UNUSABLE", message: /is a link to \S+inv\.yaml, where no file exists/ },
  );
  assert.equal(existsSync(here.file), false);
});

for (const [what, make, says] of [
  ["a folder", ({ path }) => mkdirSync(path), /is a folder; Muster needs one file there$/],
  ["a link to a folder", ({ at, path }) => symlinkSync(at("repo"), path), /is a folder; Muster needs one file there$/],
  ["a link to a missing file", ({ at, path }) => symlinkSync(at("repo/none"), path), /is a link to \S+none, where no file exists$/],
  ["a link to itself", ({ path }) => symlinkSync(path, path), /is a link that leads back to itself$/],
  ["a pipe", ({ path }) => void execFileSync("mkfifo", [path]), /is neither a file nor a folder; Muster needs one file there$/],
  ["a link through a file", ({ at, path }) => symlinkSync(at("repo/inv.yaml/below"), path), /cannot be read$/],
] as [string, (here: ReturnType<typeof place>) => void, RegExp][])
  test(`${what} is refused in one sentence, for reading and for writing`, async (t) => {
    const here = place(t);
    make(here);
    const refusal = { code: "INVENTORY_UNUSABLE", message: says };
    assert.throws(() => new InventoryFile(here.path).text(), refusal);
    await assert.rejects(change(here.path), refusal);
  });

test("a lock that cannot be made is reported as such, and not as held by another program", async (t) => {
  const here = place(t);
  const long = here.at(`repo/${"x".repeat(252)}`);
  writeFileSync(long, BEFORE);
  symlinkSync(long, here.path);
  await assert.rejects(change(here.path), { code: "INVENTORY_UNUSABLE", message: /\.lock cannot be made$/ });
  assert.equal(existsSync(`${here.path}.lock`), false);
});
