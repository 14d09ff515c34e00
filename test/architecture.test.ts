/** The layout's rules, executable. A new import direction is a decision: change the table, not just the code. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { parseSync } from "oxc-parser";

const root = join(import.meta.dirname, "..");

/** folder → what it may import besides itself. `npm:x` is a package. */
const mayImport: Record<string, string[]> = {
  "daemon/contract": ["npm:zod"],
  "daemon/errors.ts": [],
  pxe: ["node:"],
  "daemon/fleet": ["daemon/contract", "daemon/errors.ts", "pxe/boot-source.ts"],
  "daemon/power": ["daemon/contract", "daemon/errors.ts", "npm:zod", "node:crypto"],
  "daemon/tools": ["daemon/contract", "daemon/errors.ts", "npm:yaml", "npm:zod", "npm:canonicalize", "node:crypto", "node:fs", "node:path"],
  "daemon/plans": [
    "daemon/contract",
    "daemon/errors.ts",
    "daemon/tools",
    "npm:yaml",
    "npm:zod",
    "npm:canonicalize",
    "node:crypto",
    "node:fs",
    "node:path",
  ],
  "daemon/policy": [
    "daemon/contract",
    "daemon/errors.ts",
    "npm:@cedar-policy/cedar-wasm",
    "npm:yaml",
    "npm:zod",
    "node:crypto",
    "node:fs",
    "node:path",
  ],
  "daemon/votes": [
    "daemon/contract",
    "daemon/errors.ts",
    "daemon/plans/digests.ts",
    "daemon/tools/canonical.ts",
    "npm:write-file-atomic",
    "npm:yaml",
    "npm:zod",
    "node:",
  ],
  "daemon/audit": ["daemon/contract", "daemon/errors.ts", "daemon/store", "npm:canonicalize", "npm:zod", "node:"],
  "daemon/govern": [
    "daemon/contract",
    "daemon/errors.ts",
    "daemon/log.ts",
    "daemon/fleet",
    "daemon/tools",
    "daemon/plans",
    "daemon/policy",
    "daemon/votes",
    "daemon/audit",
    "daemon/store",
    "node:crypto",
  ],
  "daemon/store": ["daemon/contract", "daemon/errors.ts", "npm:better-sqlite3", "npm:zod", "node:crypto"],
  "daemon/redaction": ["node:fs", "node:path"],
  "daemon/inventory": [
    "daemon/contract",
    "daemon/errors.ts",
    "daemon/redaction",
    "npm:yaml",
    "npm:proper-lockfile",
    "npm:write-file-atomic",
    "node:",
  ],
  "daemon/notify": ["daemon/contract", "daemon/errors.ts", "daemon/log.ts", "daemon/store"],
  "daemon/jobs": ["daemon/contract", "daemon/errors.ts", "daemon/fleet", "daemon/store", "daemon/log.ts", "npm:zod", "node:"],
  "daemon/schedules": ["daemon/contract", "daemon/errors.ts", "daemon/fleet", "daemon/store", "daemon/log.ts", "npm:croner"],
  "daemon/executor": [
    "daemon/contract",
    "daemon/errors.ts",
    "daemon/log.ts",
    "daemon/power",
    "daemon/tools",
    "daemon/plans",
    "daemon/policy",
    "daemon/votes",
    "daemon/govern/warrant.ts",
    "daemon/store",
    "npm:execa",
    "npm:ssh2",
    "npm:write-file-atomic",
    "npm:zod",
    "node:",
  ],
  "daemon/cluster": ["daemon/contract", "daemon/errors.ts", "node:"],
  "daemon/boot": ["daemon/contract", "daemon/errors.ts", "npm:liquidjs", "node:fs", "node:path"],
  "daemon/netboot": ["daemon/contract", "daemon/errors.ts", "daemon/log.ts", "daemon/fleet", "daemon/store", "daemon/boot", "pxe", "node:"],
  "daemon/enrol": ["daemon/contract", "daemon/errors.ts", "daemon/fleet", "daemon/store", "node:crypto", "node:net"],
  "daemon/api": [
    "daemon/contract",
    "daemon/errors.ts",
    "daemon/fleet",
    "daemon/policy",
    "daemon/govern",
    "daemon/audit",
    "daemon/store",
    "daemon/jobs",
    "daemon/cluster",
    "npm:fastify",
    "npm:@fastify/",
    "npm:fastify-type-provider-zod",
    "npm:prom-client",
    "npm:zod",
    "node:crypto",
    "node:http",
    "node:net",
  ],
  "daemon/cli": ["daemon/contract", "daemon/votes", "npm:commander", "node:"],
  agent: ["daemon/contract"],
  web: ["daemon/contract", "npm:react", "npm:react-dom", "npm:uplot", "npm:vite", "npm:@vitejs/plugin-react", "npm:zod"],
};

/** Only here may a process be started: the executor by design, the supervisor and local commands by decision 0002, one helper by 0013. */
const mayStartProcesses = ["daemon/executor/", "daemon/compose/", "daemon/main.ts", "pxe/tftp/transfer-sockets.ts"];

const sources = (folder: string): string[] => {
  if (folder.endsWith(".ts")) return [folder];
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules") && !name.startsWith("dist"))
    .map((name) => join(folder, name));
};

function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(root, file), "utf8"));
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
  ];
  return named.map((name) => {
    if (name.startsWith(".")) return relative(root, join(root, dirname(file), name));
    return name.startsWith("node:") ? name : `npm:${name}`;
  });
}

const within = (target: string, allowed: string) =>
  target === allowed || target.startsWith(allowed.endsWith("/") || allowed.endsWith(":") ? allowed : `${allowed}/`);

for (const [folder, allowed] of Object.entries(mayImport)) {
  test(`${folder} imports only what the table lets it`, () => {
    const broken = sources(folder).flatMap((file) =>
      importsOf(file)
        .filter((target) => ![folder, ...allowed].some((prefix) => within(target, prefix)))
        .map((target) => `${file} → ${target}`),
    );
    assert.deepEqual(broken, []);
  });
}

test("every folder of the daemon is in the table", () => {
  const folders = readdirSync(join(root, "daemon"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && sources(`daemon/${entry.name}`).length > 0)
    .map((entry) => `daemon/${entry.name}`);
  const unknown = folders.filter((folder) => !(folder in mayImport) && folder !== "daemon/compose");
  assert.deepEqual(unknown, []);
});

test("processes are started in few places", () => {
  const starters = ["daemon", "pxe", "agent", "web"]
    .flatMap(sources)
    .filter((file) => importsOf(file).some((target) => ["node:child_process", "npm:execa", "npm:ssh2"].includes(target)))
    .filter((file) => !mayStartProcesses.some((place) => file.startsWith(place)));
  assert.deepEqual(starters, []);
});

test("SQL is spoken in one folder", () => {
  const speakers = ["daemon", "pxe", "agent"]
    .flatMap(sources)
    .filter((file) => importsOf(file).some((target) => target === "npm:better-sqlite3" || target === "node:sqlite"))
    .filter((file) => !file.startsWith("daemon/store/"));
  assert.deepEqual(speakers, []);
});

test("no source file is longer than 300 lines", () => {
  const long = ["daemon", "pxe", "agent", "web", "scripts"]
    .flatMap(sources)
    .filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 300);
  assert.deepEqual(long, []);
});

test("the top level holds the folders of the design", () => {
  for (const name of ["daemon", "pxe", "ansible", "nomad-jobs", "agent", "web", "scripts", "test", "package.json", "tsconfig.json"]) {
    assert.ok(existsSync(join(root, name)), name);
  }
});
