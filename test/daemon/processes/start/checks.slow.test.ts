/** Whatever would make a process crash again and again is found before a process starts: by `muster up` and by `muster doctor`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseConfig } from "../../../../daemon/config/config.ts";
import { createDataDir, type DataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { doctor } from "../../../../daemon/local/doctor.ts";
import { startChecks } from "../../../../daemon/processes/start/checks.ts";

const quiet = { admin: { control: { host: "127.0.0.1", port: 0 } }, netboot: { http_port: 0 } };

interface Place {
  folder: string;
  data: DataDir;
  /** Writes a file next to the configuration and returns its path. */
  file(name: string, text: string): string;
}

function place(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), "muster-start-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = dataDir(join(folder, "data"));
  createDataDir(data);
  const file = (name: string, text: string) => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return { folder, data, file };
}

interface Wrong {
  /** The start check that finds it. */
  check: string;
  what: string;
  /** Returns the settings and environment that are wrong. */
  make(place: Place): { settings?: object; env?: NodeJS.ProcessEnv };
  said: RegExp;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const access = (settings: object) => ({ settings: { machines: { access: settings } } });
const wrongs: Wrong[] = [
  {
    check: "login keys and password hash",
    what: "a placeholder key",
    make: ({ file }) => access({ ssh_keys_file: file("keys", "ssh-ed25519 AAAA... you@example\n") }),
    said: /machines\.access\.ssh_keys_file/,
  },
  {
    check: "login keys and password hash",
    what: "a file of keys that is missing",
    make: ({ folder }) => access({ ssh_keys_file: join(folder, "none") }),
    said: /machines\.access\.ssh_keys_file: cannot read/,
  },
  {
    check: "login keys and password hash",
    what: "a password in place of its hash",
    make: ({ file }) => access({ root_password_hash_file: file("hash", "hunter2\n") }),
    said: /root_password_hash_file/,
  },
  {
    check: "API keys in the environment",
    what: "a key in place of its hash",
    make: () => ({ env: { MUSTER_API_KEYS: "muster_0123456789" } }),
    said: /MUSTER_API_KEYS: .*is not a SHA-256/,
  },
  {
    check: "API keys in the environment",
    what: "the hash of a placeholder",
    make: () => ({ env: { PIECAT_API_KEYS: `${sha256("a long and random key")},${sha256("changeme")}` } }),
    said: /PIECAT_API_KEYS: .*placeholder/,
  },
  {
    check: "API keys in the environment",
    what: "the hash of nothing",
    make: () => ({ env: { PIPECAT_API_KEYS: sha256("") } }),
    said: /PIPECAT_API_KEYS: .*placeholder/,
  },
  {
    check: "policy rules",
    what: "a rule that is no rule",
    make: ({ folder, file }) => {
      file("rules/own.cedar", "permit everything;\n");
      return { settings: { changes: { policy: { rules_directory: join(folder, "rules") } } } };
    },
    said: /own\.cedar/,
  },
  {
    check: "policy rules",
    what: "an approval mode that does not exist",
    make: () => ({ env: { MUSTER_APPROVAL_MODE: "sometimes" } }),
    said: /MUSTER_APPROVAL_MODE/,
  },
  {
    check: "tools and runbooks",
    what: "a form with an unknown field",
    make: ({ folder, file }) => {
      file("forms/mine.yaml", "name: mine\nsurprise: yes\n");
      return { settings: { changes: { tools: { forms_directory: join(folder, "forms") } } } };
    },
    said: /mine\.yaml/,
  },
  {
    check: "tools and runbooks",
    what: "a runbook with a tool that does not exist",
    make: ({ folder, file }) => {
      file("runbooks/mine.yaml", "name: mine\nsteps: [{ tool: none }]\n");
      return { settings: { changes: { tools: { runbooks_directory: join(folder, "runbooks") } } } };
    },
    said: /mine\.yaml/,
  },
  {
    check: "tools and runbooks",
    what: "a folder of forms that is missing",
    make: ({ folder }) => ({ settings: { changes: { tools: { forms_directory: join(folder, "none") } } } }),
    said: /none/,
  },
  {
    check: "voters file",
    what: "a voters file that is cut",
    make: ({ data }) => {
      writeFileSync(data.voters, "voters:\n  - name: bea\n", { mode: 0o600 });
      return {};
    },
    said: /voters\.yaml/,
  },
  {
    check: "alert webhook",
    what: "a webhook file without an address",
    make: ({ file }) => ({ settings: { admin: { ...quiet.admin, alerts: { webhook_file: file("hook", "hooks.example\n") } } } }),
    said: /admin\.alerts\.webhook_file/,
  },
  ...["", "changeme\n", "<token>\n", "one\ntwo\n"].map((text): Wrong => {
    const make = ({ file }: Place) => ({
      settings: { cluster: { consul: { url: "http://127.0.0.1:8500", token_file: file("token", text) } } },
    });
    return { check: "token files", what: `the token ${JSON.stringify(text)}`, make, said: /cluster\.consul\.token_file/ };
  }),
  {
    check: "token files",
    what: "a token file that is missing",
    make: ({ folder }) => ({
      settings: { audit: { consul: { url: "http://127.0.0.1:8500", key: "muster/audit", token_file: join(folder, "none") } } },
    }),
    said: /audit\.consul\.token_file: cannot read/,
  },
  {
    check: "audit key",
    what: "an empty signing key",
    make: ({ data }) => {
      mkdirSync(data.audit);
      writeFileSync(join(data.audit, "key.pem"), "");
      return {};
    },
    said: /audit\/key\.pem/,
  },
  {
    check: "database",
    what: "rubbish in place of the database",
    make: ({ data }) => {
      writeFileSync(data.database, "rubbish ".repeat(1000));
      return {};
    },
    said: /muster\.db is damaged/,
  },
  {
    check: "inventory",
    what: "a folder in place of the inventory",
    make: ({ data }) => {
      mkdirSync(data.inventory);
      return {};
    },
    said: /inventory\.yaml is a folder; Muster needs one file/,
  },
  {
    check: "inventory",
    what: "a link of the inventory to a file that is missing",
    make: ({ data, folder }) => {
      symlinkSync(join(folder, "unmounted/inventory.yaml"), data.inventory);
      return {};
    },
    said: /inventory\.yaml is a link to \S+unmounted\/inventory\.yaml, where no file exists/,
  },
  {
    check: "inventory",
    what: "a link of the inventory to a folder",
    make: ({ data, folder }) => {
      symlinkSync(folder, data.inventory);
      return {};
    },
    said: /inventory\.yaml is a folder; Muster needs one file/,
  },
  {
    check: "files in the data folder",
    what: "a file in place of a folder",
    make: ({ data }) => {
      writeFileSync(data.captures, "");
      return {};
    },
    said: /captures must be a folder, but it is a file/,
  },
  {
    check: "files in the data folder",
    what: "a link that leads nowhere",
    make: ({ data, folder }) => {
      symlinkSync(join(folder, "unmounted"), data.knownHosts);
      return {};
    },
    said: /known_hosts is a link that leads nowhere/,
  },
];

for (const { check, what, make, said } of wrongs)
  test(`${what} is found before the start`, (t) => {
    const here = place(t);
    const { settings = {}, env = {} } = make(here);
    const found = startChecks(parseConfig(JSON.stringify({ ...quiet, ...settings }), "test"), here.data, env).find(
      ({ name }) => name === check,
    );
    assert(found);
    assert.throws(() => found.check(), said);
  });

test("doctor shows every wrong item once, each with advice", async (t) => {
  const here = place(t);
  const checks = ["login keys and password hash", "API keys in the environment", "voters file", "database", "token files"];
  const made = wrongs.filter(({ check }) => checks.includes(check)).map(({ make }) => make(here));
  const settings = Object.assign({}, ...made.map((each) => each.settings));
  const env = Object.assign({}, ...made.map((each) => each.env));
  const seen = await doctor(here.file("muster.yaml", JSON.stringify({ ...quiet, ...settings })), here.data, env);
  for (const check of checks) {
    const found = seen.filter(({ name }) => name === check);
    assert.deepEqual([found.length, found[0]?.ok, typeof found[0]?.advice], [1, false, "string"], check);
  }
});

test("a data folder whose path some program would misread is refused by its name, other paths are accepted", () => {
  const check = (root: string) =>
    startChecks(parseConfig("{}", "test"), dataDir(root), {})
      .find(({ name }) => name === "path of the data folder")
      ?.check();
  for (const root of ["/srv/my data", "/srv/50%host", "/srv/a,b", "/srv/ünï", "/var/lib/muster"]) assert.equal(check(root), root);
  assert.match(check(`/home/${"x".repeat(53)}`) ?? "", /a shorter path makes runs faster/);
  for (const root of ["/srv/it's", '/srv/"a"', "/srv/$HOME", "/srv/a\nb", "/srv/{{ x }}", "/srv/a\\b", "/srv/~x"])
    assert.throws(() => check(root), { code: "DATA_DIR_UNUSABLE", message: /the path of the data folder contains/ });
  assert.match(check(`/srv/${"x".repeat(73)}`) ?? "", /a shorter path/);
  for (const root of [`/srv/${"x".repeat(74)}`, `/srv/${"x".repeat(92)}`, `/srv/${"ü".repeat(45)}`])
    assert.throws(() => check(root), { code: "DATA_DIR_UNUSABLE", message: /bytes too long for the executor's socket/ });
});

test("a fresh data folder passes every check", (t) => {
  const { data } = place(t);
  for (const { check } of startChecks(parseConfig(JSON.stringify(quiet), "test"), data, {})) check();
});

test("`muster up` refuses with the name and the next step, and starts no process", (t) => {
  const { data, file } = place(t);
  writeFileSync(data.database, "rubbish ".repeat(1000));
  const config = file("muster.yaml", JSON.stringify(quiet));
  const main = join(import.meta.dirname, "../../../../daemon/main.ts");
  const args = [...process.execArgv.filter((arg) => !arg.startsWith("--test")), main, "up", "--config", config, "--data", data.root];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
    timeout: 60_000,
  });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /muster\.db is damaged/);
  assert.match(stderr, /restore a backup/i);
  assert.doesNotMatch(stdout, /child started/);
  assert.ok(!existsSync(data.executorSocket));
});
