/** Keys of version 0.1.0: every one of them still works, and means the same in its new place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { Config, parseConfig, parseConfigFile } from "../../../daemon/config/config.ts";
import { movedKeys } from "../../../daemon/config/moved-keys.ts";
import { explain } from "../../../daemon/errors/errors.ts";

/** Old key, a value that is not its default, and other keys that it needs. */
const earlier: [key: string, value: unknown, needs?: Record<string, unknown>][] = [
  ["control.host", "127.0.0.1"],
  ["control.port", 8001],
  ["control.url", "http://10.0.0.9:8000"],
  ["control.open_metrics", true],
  ["control.requests_per_minute.sensitive", 11],
  ["control.requests_per_minute.normal", 101],
  ["control.requests_per_minute.reading", 3001],
  ["control.node_networks", ["10.9.0.0/16"]],
  ["profile", "preseed"],
  ["debian.suite", "bookworm"],
  ["debian.mirror", "http://mirror.example/debian"],
  ["debian.security_mirror", null],
  ["debian.kernel", "linux-image-cloud-amd64"],
  ["debian.extra_initrd", "extra/initrd.gz"],
  ["access.ssh_keys_file", "/etc/muster/keys.pub"],
  ["access.root_password_hash_file", "/etc/muster/root.hash"],
  ["access.admin_user", "ops"],
  ["ansible.directory", "/srv/ansible"],
  ["ansible.playbook", "site.yml"],
  ["ansible.concurrency", 5],
  ["ansible.wave_size", 1],
  ["ansible.gather_seconds", 0],
  ["ansible.deadline_seconds", 60],
  ["ansible.output_mib", 8],
  ["ansible.output_days", 365],
  ["ansible.unreachable_retries", 0],
  ["power.default", { driver: "wol" }],
  ["power.timeout_seconds", 10],
  ["power.nodes", { n1: { driver: "manual", instructions: "press the button" } }],
  ["maintenance.time_zone", "Europe/Berlin"],
  ["maintenance.windows", [{ from: "22:00", to: "04:00" }]],
  ["tools.forms_directory", "/srv/forms"],
  ["tools.runbooks_directory", "/srv/runbooks"],
  ["tools.executions_at_once", 4],
  ["policy.rules_directory", "/srv/rules"],
  ["policy.approval_mode", "everything"],
  ["policy.signed_votes", "required"],
  ["policy.decide_seconds", 60],
  ["policy.execute_seconds", 60],
  ["services.consul.url", "http://10.0.0.2:8500"],
  ["services.consul.token_file", "/etc/muster/consul"],
  ["services.nomad.url", "http://10.0.0.2:4646"],
  ["services.links", [{ name: "Wiki", url: "https://wiki.example" }]],
  ["alerts.webhook_file", "/etc/muster/webhook"],
  ["alerts.repeat_minutes", 61],
  ["alerts.failed_logins.count", 11],
  ["alerts.failed_logins.minutes", 11],
  ["alerts.policy_violations.count", 2],
  ["alerts.policy_violations.minutes", 16],
  ["alerts.refusals.count", 11],
  ["alerts.refusals.minutes", 16],
  ["alerts.node_failures.count", 2],
  ["alerts.node_failures.minutes", 16],
  ["alerts.error_rate.percent", 40],
  ["alerts.error_rate.least", 6],
  ["alerts.error_rate.minutes", 61],
  ["alerts.cost.usd", 5],
  ["alerts.cost.hours", 12, { "alerts.cost.usd": 5 }],
  ["log.level", "debug"],
];

/** `{ "a.b": 1, "a.c": 2 }` as the text of a file. */
function fileOf(settings: Record<string, unknown>): string {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    const path = key.split(".");
    const last = path.pop() ?? "";
    let here = root;
    for (const step of path) {
      here[step] ??= {};
      here = here[step] as Record<string, unknown>;
    }
    here[last] = value;
  }
  return JSON.stringify(root);
}

const placeOf = (key: string): string => {
  const place = movedKeys.find(({ from }) => key === from || key.startsWith(`${from}.`));
  assert.ok(place, key);
  return `${place.to}${key.slice(place.from.length)}`;
};

const parse = (settings: Record<string, unknown>) => parseConfig(fileOf(settings), "muster.yaml");
const defaults = parse({});

for (const [key, value, needs = {}] of earlier)
  test(`${key} means the same as ${placeOf(key)}`, () => {
    const before = parse({ ...needs, [key]: value });
    const moved = Object.fromEntries(Object.entries({ ...needs, [key]: value }).map(([old, each]) => [placeOf(old), each]));
    assert.deepEqual(before, parse(moved));
    assert.notDeepEqual(before, parse(needs));
  });

/** The settings of the schema below the new places, so that a key added there later is not taken for an old one. */
function leaves(schema: unknown, path: string): string[] {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable
  )
    inner = inner.unwrap();
  if (!(inner instanceof z.ZodObject)) return [path];
  return Object.entries(inner.shape).flatMap(([key, value]) => leaves(value, path === "" ? key : `${path}.${key}`));
}

test("every new place exists in the schema", () => {
  const known = leaves(Config, "");
  for (const [key] of earlier) assert.ok(known.includes(placeOf(key)), `${key}: ${placeOf(key)}`);
});

test("every setting of the sections that were moved has its old key in this table", () => {
  const table = new Set(earlier.map(([key]) => placeOf(key)));
  const sections = ["machines", "jobs", "changes", "admin", "cluster"];
  const missing = leaves(Config, "").filter((path) => sections.includes(path.split(".")[0] ?? "") && !table.has(path));
  const added = [
    "machines.call_home.relayed",
    "jobs.history_days",
    "changes.tools.playbook_seconds",
    "changes.policy.prod_by_hand",
    "admin.control.page_url",
    "admin.control.trusted_proxies",
    "admin.alerts.unusual_activity.count",
    "admin.alerts.unusual_activity.minutes",
    ...["ca_file", "certificate_file", "key_file", "server_name"].map((key) => `cluster.consul.${key}`),
    ...["token_file", "ca_file", "certificate_file", "key_file", "server_name"].map((key) => `cluster.nomad.${key}`),
  ];
  assert.deepEqual(missing, added, "a setting that is new needs no old key: name it here");
});

test("all old keys together are read as their new places together", () => {
  const before = Object.fromEntries(earlier.map(([key, value]) => [key, value]));
  const after = Object.fromEntries(earlier.map(([key, value]) => [placeOf(key), value]));
  assert.deepEqual(parse(before), parse(after));
});

test("old and new keys may be mixed within one section", () => {
  const { machines } = parseConfig("debian: { suite: bookworm }\nmachines: { debian: { kernel: linux-image-rt-amd64 } }", "muster.yaml");
  assert.deepEqual([machines.debian.suite, machines.debian.kernel], ["bookworm", "linux-image-rt-amd64"]);
});

test("each old key that is used is named once with its new place", () => {
  const { moved } = parseConfigFile(
    "control: { port: 8001, url: 'http://a:8000' }\ndebian: { suite: bookworm }\naudit: { retention_days: 9 }",
    "x",
  );
  assert.deepEqual(
    moved.map(({ from, to }) => `${from} ${to}`),
    ["control.url machines.call_home.url", "control admin.control", "debian machines.debian"],
  );
  assert.deepEqual(
    parseConfigFile("control: { url: 'http://a:8000' }", "x").moved.map(({ from }) => from),
    ["control.url"],
  );
  assert.deepEqual(parseConfigFile("admin: { control: { port: 8001 } }", "x").moved, []);
});

const refused: [text: string, message: string][] = [
  [
    "debian: { suite: sid }\nmachines: { debian: { suite: trixie } }",
    "debian.suite and machines.debian.suite: are the same setting; remove debian.suite",
  ],
  [
    "control: { url: 'http://a' }\nmachines: { call_home: { url: 'http://b' } }",
    "control.url and machines.call_home.url: are the same setting; remove control.url",
  ],
  [
    "profile: image\nlog: { level: info }\nmachines: { profile: image }\nadmin: { log: { level: info } }",
    "profile and machines.profile: are the same setting; remove profile\nlog.level and admin.log.level: are the same setting; remove log.level",
  ],
  ["debian: { colour: red }", "debian.colour: there is no such key"],
  ["debian: { suit: sid }", "debian.suit: there is no such key; debian.suite is one"],
  ["services: { vault: {} }", "services.vault: there is no such key"],
  ["machines: { ansible: {} }", "machines.ansible: there is no such key; jobs.ansible is one"],
  ["machines: { node_networks: [] }", "machines.node_networks: there is no such key"],
  ["admin: { control: { url: 'http://a' } }", "admin.control.url: there is no such key; machines.call_home.url is one"],
  ["ssh_keys_file: /keys", "ssh_keys_file: there is no such key; machines.access.ssh_keys_file is one"],
  ["admin: { policy: {} }", "admin.policy: there is no such key; changes.policy is one"],
  ["contrl: {}", "contrl: there is no such key; admin.control is one"],
  ["control: { port: 70000 }", "control.port: Too big: expected number to be <=65535"],
  ["admin: { control: { port: 70000 } }", "admin.control.port: Too big: expected number to be <=65535"],
  ["debian:", "debian: Invalid input: expected object, received null"],
  ["alerts: { cost: {} }", "alerts.cost.usd: Invalid input: expected number, received undefined"],
  ["machines:\ndebian: {}", "machines: Invalid input: expected object, received null"],
];
for (const [text, message] of refused)
  test(`${text.replaceAll("\n", " ")} is refused`, () => {
    assert.throws(
      () => parseConfig(text, "muster.yaml"),
      (error) => {
        assert.equal(explain(error), `cannot use muster.yaml: ${message}`);
        return true;
      },
    );
  });

test("a file without settings has the defaults", () => {
  for (const text of ["", "{}", "# nothing"]) assert.deepEqual(parseConfig(text, "muster.yaml"), defaults);
});
