/**
 * The imports of each process. Control imports nothing that starts processes or logs in to machines. The executor imports
 * nothing that serves HTTP, requests votes or uses a language model.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { parseSync } from "oxc-parser";

const root = join(import.meta.dirname, "../../..");

/** Every file and package that `entries` load. Imports of types only and dynamic imports do not count. */
function loadedWith(...entries: string[]): Set<string> {
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    if (loaded.has(relative(root, file))) return;
    loaded.add(relative(root, file));
    const { module } = parseSync(file, readFileSync(file, "utf8"));
    const names = [
      ...module.staticImports.filter(({ entries: names }) => names.length === 0 || names.some(({ isType }) => !isType)),
      ...module.staticExports.flatMap(({ entries: names }) =>
        names.flatMap(({ moduleRequest, isType }) => (moduleRequest && !isType ? { moduleRequest } : [])),
      ),
    ].map(({ moduleRequest }) => moduleRequest.value);
    for (const name of names) {
      if (name.startsWith(".")) visit(join(dirname(file), name));
      else loaded.add(name);
    }
  };
  for (const entry of entries) visit(join(root, entry));
  return loaded;
}

const control = loadedWith("daemon/process.ts", "daemon/processes/control/control.ts");
const executor = loadedWith("daemon/process.ts", "daemon/processes/executor/executor.ts");
const from = (loaded: Set<string>, pattern: RegExp) => [...loaded].filter((name) => pattern.test(name));

test("control imports nothing that starts a process, logs in over SSH or belongs to the executor", () => {
  assert.ok(control.has("daemon/changes/changes.ts") && control.has("daemon/api/server.ts"));
  assert.deepEqual(from(control, /^(node:child_process|node:cluster|ssh2)$|^daemon\/executor\//), []);
});

test("the executor imports nothing that serves HTTP, requests votes or uses a language model", () => {
  assert.ok(executor.has("daemon/executor/executions/executions.ts") && executor.has("ssh2"));
  assert.deepEqual(
    from(
      executor,
      /^(fastify|@fastify\/.*|@modelcontextprotocol\/.*|ai|@ai-sdk\/.*)$|^daemon\/(api|audit|machines\/enrol|jobs\/output)\/|^daemon\/jobs\/[^/]+$|^daemon\/changes\/(changes|journal|approvals\/ballots|approvals\/proposals)\.ts$|^agent\//,
    ),
    [],
  );
});

test("after control and its packages have loaded, Node has not loaded its modules that start processes", () => {
  const program = `
    await import(${JSON.stringify(join(root, "daemon/processes/control/control.ts"))});
    process.stdout.write(process.moduleLoadList.filter((name) => /child_process|cluster/.test(name)).join());
    process.exit();
  `;
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }), "");
});
