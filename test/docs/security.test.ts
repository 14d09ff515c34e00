/**
 * Runs the recipes of docs/security.md as written: a key that only its maker has seen gives access to a real
 * control process.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { parseConfig } from "../../daemon/config/config.ts";
import { createDataDir, dataDir } from "../../daemon/data-dir.ts";
import { createLog } from "../../daemon/log/log.ts";
import { startControl } from "../../daemon/processes/control/control.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/security.md"), "utf8");
const recipes = new Map(
  [...page.matchAll(/<!-- recipe: (.+) -->\n```sh\n([\s\S]*?)```/g)].map(([, name = "", lines = ""]) => [name, lines]),
);

async function shell(lines: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", lines], {
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  return stdout;
}

async function startWith(t: TestContext, variable: string): Promise<{ url: string; folder: string }> {
  const data = dataDir(mkdtempSync(join(tmpdir(), "muster-recipe-")));
  createDataDir(data);
  const [name = "", value = ""] = variable.split("=");
  const control = await startControl(
    parseConfig("control: {host: 127.0.0.1, port: 0}", "test"),
    data,
    { [name]: value },
    createLog("control", "silent"),
  );
  t.after(async () => {
    await control.stop();
    rmSync(data.root, { recursive: true });
  });
  assert.equal(control.firstKey, undefined, "there is a key already");
  return { url: control.url, folder: data.root };
}

test("the page has the recipes: making a key, in two ways, and using it", () => {
  assert.deepEqual([...recipes.keys()], ["make", "make with openssl", "use"]);
});

for (const [name, lines] of recipes) {
  if (name === "use") continue;
  test(`a key that was made by the recipe "${name}" is used as the page says, and is kept nowhere`, async (t) => {
    const [variable = "", key = ""] = (await shell(`${lines}\necho "$KEY"`)).trim().split("\n");
    assert.match(variable, /^MUSTER_API_KEYS=[0-9a-f]{64}$/);
    const { url, folder } = await startWith(t, variable);
    const told = await shell(recipes.get("use") ?? "false", { KEY: key, MUSTER_URL: url });
    assert.match(told, /"name":"laptop","role":"viewer","owner":"alice"/);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 0);
    for (const { parentPath, name: file } of files) assert.ok(!readFileSync(join(parentPath, file)).includes(key), file);
  });
}

test("the limits on the page hold unless the operator sets others", () => {
  const { sensitive, normal, reading } = parseConfig("", "test").admin.control.requests_per_minute;
  for (const row of [`| logging in | ${sensitive} |`, `| ${sensitive} together |`, `| other changes | ${normal} |`])
    assert.ok(page.includes(row), row);
  assert.ok(page.includes(`| reading | ${reading} |`) && page.includes(`| wrong keys | ${normal} |`));
});
