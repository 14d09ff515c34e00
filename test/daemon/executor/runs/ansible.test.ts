/** The environment of Ansible, as its Python sees it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ansibleEnvironment } from "../../../../daemon/executor/runs/ansible.ts";

const python = "/usr/bin/python3";
const plant = `
import importlib.util, py_compile
hidden = importlib.util.cache_from_source("plugin.py")
py_compile.compile("other.py", cfile=hidden, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)`;

test("compiled code that lies beside a plugin is not what runs, and what Python compiles is kept for the next run", {
  skip: existsSync(python) ? false : `there is no ${python}`,
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-ansible-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "plugin.py"), 'says = "what was approved"\n');
  writeFileSync(join(folder, "other.py"), 'says = "something else"\n');
  execFileSync(python, ["-c", plant], { cwd: folder, env: {} });
  assert.ok(existsSync(join(folder, "__pycache__")));

  const settings = { directory: folder, inventory: "/dev/null", knownHosts: "/dev/null", home: join(folder, "home") };
  const env = ansibleEnvironment(settings, { events: "/dev/null" }, "c");
  const said = execFileSync(python, ["-c", "import plugin; print(plugin.says, plugin.__cached__)"], { cwd: folder, env, encoding: "utf8" });
  const [, kept = ""] = /^what was approved (.*)\n$/.exec(said) ?? [];
  assert.ok(kept.startsWith(join(folder, "home/")) && existsSync(kept), said);
});
