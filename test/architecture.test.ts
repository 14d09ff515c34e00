/** The layout's rules, executable. A new import direction is a decision: change the table, not just the code. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { parseSync } from "oxc-parser";

const root = join(import.meta.dirname, "..");

/** Every folder may import these besides itself. */
const everywhere = ["daemon/contract", "daemon/errors", "daemon/log"];

/** The routes of an area: its rules, its store, and the machinery of the API. Of other areas they declare ports. */
const apiOf = (area: string): string[] => [
  ...everywhere,
  ...["auth", "errors", "mount", "repeats", "requester", "session-cookies"].map((file) => `daemon/api/${file}.ts`),
  `daemon/${area}`,
  `daemon/store/${area}`,
  "daemon/store/events.ts",
  "daemon/store/secrets.ts",
  "npm:fastify",
  "npm:zod",
];

/** folder → what it may import besides itself. `npm:x` is a package. A folder without a row of its own has its parent's. */
const mayImport: Record<string, string[]> = {
  pxe: ["node:"],
  "daemon/contract": ["npm:zod"],
  "daemon/errors": [],
  "daemon/log": ["daemon/contract", "npm:pino", "npm:zod", "node:"],
  "daemon/config": [
    ...everywhere,
    "daemon/machines/power/settings.ts",
    "daemon/jobs/schedules/local-time.ts",
    "daemon/changes/policy/approval-mode.ts",
    "pxe/dhcp/message/address.ts",
    "npm:yaml",
    "npm:zod",
    "node:",
  ],
  "daemon/store": [...everywhere, "npm:better-sqlite3", "npm:zod", "node:crypto"],
  "daemon/machines": [...everywhere, "daemon/store", "npm:proper-lockfile", "npm:write-file-atomic", "npm:yaml", "npm:zod", "node:"],
  "daemon/audit": [...everywhere, "daemon/store", "npm:canonicalize", "npm:zod", "node:"],
  "daemon/admin": [...everywhere, "daemon/store", "npm:zod", "node:"],
  "daemon/netboot": [...everywhere, "daemon/store", "daemon/machines", "pxe", "npm:liquidjs", "npm:zod", "node:"],
  "daemon/changes": [
    ...everywhere,
    "daemon/store",
    "daemon/machines",
    "daemon/audit",
    "npm:@cedar-policy/cedar-wasm",
    "npm:canonicalize",
    "npm:write-file-atomic",
    "npm:yaml",
    "npm:zod",
    "node:",
  ],
  "daemon/jobs": [
    ...everywhere,
    "daemon/store",
    "daemon/machines",
    "types:daemon/changes",
    "daemon/executor-link",
    "npm:croner",
    "npm:yaml",
    "npm:zod",
    "node:",
  ],
  "daemon/executor-link": [...everywhere, "npm:zod", "node:"],
  "daemon/executor": [
    ...everywhere,
    "daemon/machines/power",
    "daemon/changes/tools",
    "daemon/changes/plans",
    "daemon/changes/policy",
    "daemon/changes/votes",
    "daemon/changes/executions/warrant.ts",
    // The executor changes jobs with the clients alone, decision 0028. The rules of the cluster stay in control.
    "daemon/cluster/consul",
    "daemon/cluster/nomad",
    "daemon/store",
    "npm:ssh2",
    "npm:write-file-atomic",
    "npm:zod",
    "node:",
  ],
  "daemon/cluster": [
    ...everywhere,
    "daemon/store/cluster",
    "daemon/machines",
    "daemon/changes/propose.ts",
    "npm:@huggingface/gguf",
    "npm:undici",
    "npm:zod",
    "node:",
  ],
  // The files of the folder itself: the server, and the ports that join the areas.
  "daemon/api": [
    ...everywhere,
    "daemon/store",
    "daemon/machines/find-node.ts",
    "daemon/machines/in-service.ts",
    "daemon/machines/runnable.ts",
    "types:daemon/machines/acts/requester.ts",
    "daemon/changes/approvals/waiting.ts",
    "types:daemon/admin/log-book.ts",
    "npm:fastify",
    "npm:@fastify/",
    "npm:fastify-type-provider-zod",
    "npm:zod",
    "node:http",
    "node:net",
  ],
  "daemon/api/machines": apiOf("machines"),
  "daemon/api/netboot": apiOf("netboot"),
  "daemon/api/jobs": apiOf("jobs"),
  "daemon/api/changes": apiOf("changes"),
  "daemon/api/audit": [...apiOf("audit"), "types:daemon/store/admin/keys.ts", "node:crypto"],
  "daemon/api/admin": [...apiOf("admin"), "daemon/api/page-origin.ts", "npm:prom-client"],
  "daemon/api/cluster": apiOf("cluster"),
  "daemon/cli": [...everywhere, "daemon/changes/votes", "npm:commander", "node:"],
  agent: ["daemon/contract"],
  web: [
    "daemon/contract",
    "npm:react",
    "npm:react-dom",
    "npm:@noble/hashes",
    "npm:uplot",
    "npm:vite",
    "npm:@vitejs/plugin-react",
    "npm:zod",
  ],
};

/** Folders that stay narrower than their area: what is pure there must not begin to read, write or ask. */
const narrower: Record<string, string[]> = {
  "daemon/machines/power": [...everywhere, "npm:zod", "node:crypto"],
  "daemon/machines/inventory": [...everywhere, "npm:yaml", "npm:proper-lockfile", "npm:write-file-atomic", "node:"],
  "daemon/machines/enrol": [...everywhere, "daemon/machines", "daemon/store", "node:crypto", "node:net"],
  "daemon/changes/tools": [...everywhere, "npm:yaml", "npm:zod", "npm:canonicalize", "node:crypto", "node:fs", "node:path", "node:vm"],
  "daemon/changes/plans": [
    ...everywhere,
    "daemon/changes/tools",
    "npm:yaml",
    "npm:zod",
    "npm:canonicalize",
    "node:crypto",
    "node:fs",
    "node:path",
  ],
  "daemon/changes/policy": [...everywhere, "npm:@cedar-policy/cedar-wasm", "npm:yaml", "npm:zod", "node:crypto", "node:fs", "node:path"],
  "daemon/changes/votes": [
    ...everywhere,
    "daemon/changes/plans/digests.ts",
    "daemon/changes/tools/canonical.ts",
    "npm:write-file-atomic",
    "npm:yaml",
    "npm:zod",
    "node:",
  ],
  "daemon/netboot/scripts": [...everywhere, "npm:liquidjs", "node:fs", "node:path"],
  "daemon/jobs/schedules": [
    ...everywhere,
    "daemon/store",
    "daemon/machines/runnable.ts",
    "types:daemon/changes/policy/policy.ts",
    "npm:croner",
  ],
  "daemon/admin/alerts": [...everywhere, "daemon/store"],
  // The executor uses these with its own tokens, so they know no database and no rule.
  "daemon/cluster/wire": [...everywhere, "npm:undici", "npm:zod", "node:fs", "node:timers"],
  "daemon/cluster/consul": [...everywhere, "daemon/cluster/wire", "npm:zod"],
  "daemon/cluster/nomad": [...everywhere, "daemon/cluster/wire", "npm:zod"],
  "daemon/cluster/models": [...everywhere, "npm:@huggingface/gguf", "npm:zod", "node:fs/promises"],
  "web/src/live": ["daemon/contract", "npm:zod"],
  "web/src/parts": ["daemon/contract", "web/src/live", "npm:react"],
  ...Object.fromEntries(
    readdirSync(join(root, "web/src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !["live", "parts", "shell"].includes(entry.name))
      .map(({ name }) => [
        `web/src/${name}`,
        ["daemon/contract", "web/src/live", "web/src/parts", "npm:react", "npm:uplot", "npm:@noble/hashes", "npm:zod"],
      ]),
  ),
};

/** These join the other folders and may import all of them. */
const joining = ["daemon/processes", "daemon/local"];

/** Only here may a process be started: the executor by design, the supervisor and local commands by decision 0002, one helper by 0013. */
const mayStartProcesses = ["daemon/executor/", "daemon/processes/", "daemon/local/", "daemon/main.ts", "pxe/tftp/transfer-sockets.ts"];

const sources = (folder: string): string[] => {
  if (folder.endsWith(".ts")) return [folder];
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules") && !name.startsWith("dist"))
    .map((name) => join(folder, name));
};

/** Paths from the root and packages that a file imports; what it imports for its types alone comes as `types:…` too. */
function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(root, file), "utf8"));
  const named = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      name: moduleRequest.value,
      types: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) => (moduleRequest ? [{ name: moduleRequest.value, types: isType }] : [])),
    ),
  ];
  return named.map(({ name, types }) => {
    if (!name.startsWith(".")) return name.startsWith("node:") ? name : `npm:${name}`;
    const path = relative(root, join(root, dirname(file), name));
    return types ? `types:${path}` : path;
  });
}

/** A folder that may be imported may be imported for its types as well. */
function within(target: string, allowed: string): boolean {
  const path = target.replace(/^types:/, "");
  return [target, path].some(
    (each) => each === allowed || each.startsWith(allowed.endsWith("/") || allowed.endsWith(":") ? allowed : `${allowed}/`),
  );
}

/** The row of the innermost folder. */
const rowOf = (file: string): string | undefined =>
  Object.keys(mayImport)
    .filter((folder) => within(file, folder))
    .toSorted((one, other) => other.length - one.length)[0];

for (const [folder, allowed] of [...Object.entries(mayImport), ...Object.entries(narrower)]) {
  test(`${folder} imports only what the table lets it${folder in narrower ? ", narrower than its area" : ""}`, () => {
    const broken = sources(folder)
      .filter((file) => folder in narrower || rowOf(file) === folder)
      .flatMap((file) =>
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
  const unknown = folders.filter((folder) => !(folder in mayImport) && !joining.includes(folder));
  assert.deepEqual(unknown, []);
});

test("one area's store imports no other area's", () => {
  const areas = readdirSync(join(root, "daemon/store"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const crossing = areas.flatMap(({ name }) =>
    sources(`daemon/store/${name}`).flatMap((file) =>
      importsOf(file)
        .filter((target) => /daemon\/store\/[^/]+\//.test(target) && !within(target, `daemon/store/${name}`))
        .map((target) => `${file} → ${target}`),
    ),
  );
  assert.deepEqual(crossing, []);
});

test("processes are started in few places", () => {
  const starters = ["daemon", "pxe", "agent", "web"]
    .flatMap(sources)
    .filter((file) => importsOf(file).some((target) => ["node:child_process", "npm:ssh2"].includes(target)))
    .filter((file) => !mayStartProcesses.some((place) => file.startsWith(place)));
  assert.deepEqual(starters, []);
});

/** Answers queries to the operator's own databases, never to Muster's. It runs as a program of its own. */
const ASKS_FOREIGN_FILES = "daemon/executor/steps/sqlite-query.ts";

test("SQL is spoken in one folder", () => {
  const speakers = ["daemon", "pxe", "agent"]
    .flatMap(sources)
    .filter((file) => importsOf(file).some((target) => target === "npm:better-sqlite3" || target === "node:sqlite"))
    .filter((file) => !file.startsWith("daemon/store/") && file !== ASKS_FOREIGN_FILES);
  assert.deepEqual(speakers, []);
});

test("no phase is advanced and no registry entry is changed in the API", () => {
  const changing = /\badvance\(|\bregistry\.(add|update)\(/;
  assert.match('registry.update(id, () => advance(state, { type: "accepted" }))', changing);
  const handlers = sources("daemon/api").filter((file) => changing.test(readFileSync(join(root, file), "utf8")));
  assert.deepEqual(handlers, []);
});

test("no source file is longer than 300 lines", () => {
  const long = ["daemon", "pxe", "agent", "web", "scripts"]
    .flatMap(sources)
    .filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 300);
  assert.deepEqual(long, []);
});

/** The supervisor starts and restarts processes, so it has timers of its own. */
const composers = sources("daemon/processes").filter((file) => !file.startsWith("daemon/processes/supervisor/"));

test("processes only build: no class and no timer outside the supervisor", () => {
  const acting = composers.flatMap((file) => {
    const { program, errors } = parseSync(file, readFileSync(join(root, file), "utf8"));
    assert.deepEqual(errors, [], file);
    const found: string[] = [];
    JSON.stringify(program, (_, node) => {
      if (node?.type === "ClassDeclaration" || node?.type === "ClassExpression") found.push(`${file}: class`);
      if (node?.type === "Identifier" && /^(set(Interval|Timeout|Immediate)|sleep)$/.test(node.name)) found.push(`${file}: ${node.name}`);
      return node;
    });
    const timers = importsOf(file).filter((target) => target.startsWith("node:timers"));
    return [...found, ...timers.map((target) => `${file} → ${target}`)];
  });
  assert.ok(composers.length > 10, "the composers are found");
  assert.deepEqual(acting, []);
});

test("a composer has at most 120 lines, control's list of areas at most 80", () => {
  const lines = (file: string) => readFileSync(join(root, file), "utf8").trimEnd().split("\n").length;
  const long = composers.filter((file) => lines(file) > (file === "daemon/processes/control/control.ts" ? 80 : 120));
  assert.deepEqual(long, []);
});

test("the top level holds the folders of the design", () => {
  for (const name of ["daemon", "pxe", "ansible", "nomad-jobs", "agent", "web", "scripts", "test", "package.json", "tsconfig.json"]) {
    assert.ok(existsSync(join(root, name)), name);
  }
});
