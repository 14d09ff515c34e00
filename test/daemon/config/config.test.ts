/** The configuration: what is refused names its key, and what `muster init` writes is what the daemon reads. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { Config, loadAccess, loadConfig, parseConfig } from "../../../daemon/config/config.ts";
import { explain } from "../../../daemon/errors/errors.ts";
import { commentedConfig } from "../../../daemon/local/commented-config.ts";

const defaults = parseConfig("", "muster.yaml");

test("every key says what it is for", () => {
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
  ["contrl: {}", /contrl: there is no such key; control is one$/],
  ["control: { prt: 1 }", /control\.prt: there is no such key; control\.port is one$/],
  ["netboot: { colour: red }", /netboot\.colour: there is no such key$/],
  ["control: { port: 70000 }", /control\.port: .*65535/],
  ["netboot: { tftp_port: -1 }", /netboot\.tftp_port: /],
  ["control: { node_networks: [10.0.0.0] }", /control\.node_networks\.0: must be a network such as/],
  ["netboot: { interface: 'eth0; rm' }", /netboot\.interface: is not an interface name/],
  ["netboot: { dhcp: proxy }", /netboot\.interface: is needed when netboot\.dhcp is proxy/],
  ["netboot: { dhcp: full, interface: eth1 }", /netboot\.range: is needed/],
  ["netboot: { reservations: { nonsense: 10.0.0.1 } }", /netboot\.reservations/],
  ["services: { consul: { url: 'http://ops:hunter2@10.0.0.2:8500' } }", /services\.consul\.url: must not hold a user name or a password/],
  ["services: { links: [{ name: Wiki, url: 'https://:hunter2@wiki.example' }] }", /services\.links\.0\.url: must not hold a user name/],
  ["control: { port: 1", /cannot use muster\.yaml.*line/s],
];
for (const [text, says] of refused) {
  test(`${text} is refused by name`, () => {
    assert.throws(
      () => parseConfig(text, "muster.yaml"),
      (error) => (says.test(explain(error)) && !explain(error).includes("hunter2")) || assert.fail(explain(error)),
    );
  });
}

test("off is a word, with or without quotes", () => {
  assert.equal(parseConfig("netboot: { dhcp: off }", "muster.yaml").netboot.dhcp, "off");
});

test("what is printed with nothing chosen means the defaults", () => {
  assert.deepEqual(parseConfig(commentedConfig(undefined), "muster.yaml"), defaults);
});

test("every default that is printed as a comment is one: uncommented, nothing changes", () => {
  const bare = commentedConfig(undefined)
    .split("\n")
    .filter((line) => /^ *# (\w+):( \S.*)?$/.test(line) && !/:$/.test(line.trim())).length;
  assert.ok(bare > 10);
  const text = commentedConfig(undefined)
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", key, value] = /^( *)# ([a-z_]+):(?: ([[{"0-9tfn].*))?$/.exec(line) ?? [];
      if (key === undefined) return [];
      return indent === "" || value !== undefined ? [`${indent}${key}:${value === undefined ? "" : ` ${value}`}`] : [];
    })
    .join("\n");
  assert.deepEqual(parseConfig(text, "muster.yaml"), defaults);
});

test("what was chosen is read back from the file", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "muster.yaml");
  const range = { from: "10.0.0.128", to: "10.0.0.227" };
  writeFileSync(file, commentedConfig({ cards: [{ interface: "eth1", dhcp: "full", range }], sshKeys: "/root/a key: #1.pub" }));
  const { netboot, access } = loadConfig(file);
  assert.deepEqual([netboot.interface, netboot.dhcp, netboot.range, access.ssh_keys_file], ["eth1", "full", range, "/root/a key: #1.pub"]);
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

test("placeholders and what is no key stop the start, and the key of the configuration is named", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const access = (key: string, content: string) => {
    const file = join(folder, "secret");
    writeFileSync(file, `${content}\n`);
    return () => loadAccess(parseConfig(JSON.stringify({ access: { [key]: file } }), "muster.yaml"));
  };
  const body = "AAAAC3NzaC1lZDI1NTE5AAAAIJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9aaaa";
  assert.deepEqual(access("ssh_keys_file", `# mine\nssh-ed25519 ${body} me@here`)().sshKeys, [`ssh-ed25519 ${body} me@here`]);
  for (const line of ["ssh-ed25519 AAAA... you@example", "changeme", "<your key>", `-----BEGIN OPENSSH PRIVATE KEY-----`])
    assert.throws(access("ssh_keys_file", line), { code: "CONFIG_INVALID", message: /^access\.ssh_keys_file: .*secret/ });
  for (const hash of ["password", "$6$changeme", ""])
    assert.throws(access("root_password_hash_file", hash), { code: "CONFIG_INVALID", message: /^access\.root_password_hash_file: / });
  assert.throws(() => loadAccess(parseConfig("access: { ssh_keys_file: /none/keys }", "muster.yaml")), {
    message: "access.ssh_keys_file: cannot read /none/keys",
  });
});
