/** Errors of the configuration name the key, and the daemon can read what `muster init` writes. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { loadAccess } from "../../../daemon/config/access-secrets.ts";
import { Config, loadConfig, parseConfig } from "../../../daemon/config/config.ts";
import { explain } from "../../../daemon/errors/errors.ts";
import { commentedConfig } from "../../../daemon/local/commented-config.ts";

const defaults = parseConfig("", "muster.yaml");

test("every key has a description", () => {
  const silent: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    let inner = schema;
    while (
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable
    )
      inner = inner.unwrap();
    if (!(inner instanceof z.ZodObject)) return;
    for (const [key, value] of Object.entries(inner.shape as Record<string, z.ZodType>)) {
      if (!value.description) silent.push(`${path}${key}`);
      walk(value, `${path}${key}.`);
    }
  };
  walk(Config, "");
  assert.deepEqual(silent, []);
});

const refused: [text: string, says: RegExp][] = [
  ["admn: {}", /admn: there is no such key; admin is one$/],
  ["admin: { control: { prt: 1 } }", /: admin\.control\.prt: there is no such key; admin\.control\.port is one$/],
  ["netboot: { colour: red }", /netboot\.colour: there is no such key$/],
  ["admin: { control: { port: 70000 } }", /admin\.control\.port: .*65535/],
  ["netboot: { tftp_port: -1 }", /netboot\.tftp_port: /],
  ["machines: { call_home: { networks: [10.0.0.0] } }", /machines\.call_home\.networks\.0: must be a network such as/],
  ["netboot: { interface: 'eth0; rm' }", /netboot\.interface: is not an interface name/],
  ["netboot: { dhcp: proxy }", /netboot\.interface: is needed when netboot\.dhcp is proxy/],
  ["netboot: { dhcp: full, interface: eth1 }", /netboot\.range: is needed/],
  ["netboot: { reservations: { nonsense: 10.0.0.1 } }", /netboot\.reservations/],
  ["cluster: { consul: { url: 'http://ops:hunter2@10.0.0.2:8500' } }", /cluster\.consul\.url: must not hold a user name or a password/],
  ["admin: { links: [{ name: Wiki, url: 'https://:hunter2@wiki.example' }] }", /admin\.links\.0\.url: must not hold a user name/],
  ["admin: { port: 1", /cannot use muster\.yaml.*line/s],
];
for (const [text, says] of refused) {
  test(`${text} is refused with the name of its key`, () => {
    assert.throws(
      () => parseConfig(text, "muster.yaml"),
      (error) => (says.test(explain(error)) && !explain(error).includes("hunter2")) || assert.fail(explain(error)),
    );
  });
}

test("off is a string, with or without quotes", () => {
  assert.equal(parseConfig("netboot: { dhcp: off }", "muster.yaml").netboot.dhcp, "off");
});

test("the configuration without choices means the defaults", () => {
  assert.deepEqual(parseConfig(commentedConfig(undefined), "muster.yaml"), defaults);
});

test("uncommenting every printed default changes nothing", () => {
  const keys = commentedConfig(undefined)
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", key, value] = /^( *)# ([a-z_]+):(?: ([[{"0-9tfn].*))?$/.exec(line) ?? [];
      return key === undefined ? [] : [{ indent, key, value }];
    });
  // From the end: a key without a default is a section if a key below it is kept, and left out otherwise.
  const kept = keys.reduceRight<typeof keys>((below, each) => {
    const isSection = (below[0]?.indent.length ?? 0) > each.indent.length;
    if (each.value !== undefined || isSection) below.unshift(each);
    return below;
  }, []);
  assert.ok(kept.filter(({ value }) => value !== undefined).length > 40);
  const text = kept.map(({ indent, key, value }) => `${indent}${key}:${value === undefined ? "" : ` ${value}`}`).join("\n");
  assert.deepEqual(parseConfig(text, "muster.yaml"), defaults);
});

test("chosen values are read back from the file", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "muster.yaml");
  const range = { from: "10.0.0.128", to: "10.0.0.227" };
  writeFileSync(file, commentedConfig({ cards: [{ interface: "eth1", dhcp: "full", range }], sshKeys: "/root/a key: #1.pub" }));
  const { netboot, machines } = loadConfig(file);
  assert.deepEqual(
    [netboot.interface, netboot.dhcp, netboot.range, machines.access.ssh_keys_file],
    ["eth1", "full", range, "/root/a key: #1.pub"],
  );
});

test("several cards are read back as they were chosen", () => {
  const range = { from: "10.0.0.128", to: "10.0.0.227" };
  const cards = [
    { interface: "eth1", dhcp: "full", range },
    { interface: "eth2.20", dhcp: "proxy" },
  ];
  const { netboot } = parseConfig(commentedConfig({ cards }), "muster.yaml");
  assert.deepEqual([netboot.interface, netboot.interfaces], [undefined, cards]);
});

test("placeholders and invalid keys stop the start, and the error names the configuration key", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const access = (key: string, content: string) => {
    const file = join(folder, "secret");
    writeFileSync(file, `${content}\n`);
    return () => loadAccess(parseConfig(JSON.stringify({ machines: { access: { [key]: file } } }), "muster.yaml"));
  };
  const body = "AAAAC3NzaC1lZDI1NTE5AAAAIJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9aaaa";
  assert.deepEqual(access("ssh_keys_file", `# mine\nssh-ed25519 ${body} me@here`)().sshKeys, [`ssh-ed25519 ${body} me@here`]);
  for (const line of ["ssh-ed25519 AAAA... you@example", "changeme", "<your key>", `-----BEGIN OPENSSH PRIVATE KEY-----`])
    assert.throws(access("ssh_keys_file", line), { code: "CONFIG_INVALID", message: /^machines\.access\.ssh_keys_file: .*secret/ });
  for (const hash of ["password", "$6$changeme", ""])
    assert.throws(access("root_password_hash_file", hash), {
      code: "CONFIG_INVALID",
      message: /^machines\.access\.root_password_hash_file: /,
    });
  assert.throws(() => loadAccess(parseConfig("machines: { access: { ssh_keys_file: /none/keys } }", "muster.yaml")), {
    message: "machines.access.ssh_keys_file: cannot read /none/keys",
  });
});
