import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { CallHome } from "../../../../daemon/contract/machines/call-home.ts";
import { diskScript, finishScript, type InstallInput, installConf, preseed } from "../../../../daemon/netboot/scripts/installer-answers.ts";
import { lintScript } from "../../../../daemon/netboot/scripts/lint.ts";
import { genericScript, installScript, localScript, waitScript } from "../../../../daemon/netboot/scripts/scripts.ts";
import { templateText } from "../../../../daemon/netboot/scripts/templates.ts";

const bootUrl = "http://10.0.0.2:8080";
const mac = "52:54:00:12:34:56";
const key = "0123456789abcdef0123456789abcdef";
const input: InstallInput = {
  name: "n1",
  mac,
  key,
  bootUrl,
  controlUrl: "http://10.0.0.2:8000",
  domain: "lab.internal",
  disk: "",
  suite: "trixie",
  mirror: "http://deb.debian.org/debian",
  securityMirror: "http://security.debian.org/debian-security",
  kernel: "linux-image-amd64",
  sshKeys: [`ssh-ed25519 ${"A".repeat(68)} muster`],
  rootPassword: "*",
};
const shellAccepts = (text: string) => assert.equal(spawnSync("sh", ["-n"], { input: text }).stderr.toString(), "");

const scripts: [string, string][] = [
  ["generic", genericScript(bootUrl)],
  ["wait", waitScript({ bootUrl, name: "n1", mac, reason: "waiting to be accepted", waitedSeconds: 6, limitSeconds: 60 })],
  ["install by image", installScript({ bootUrl, profile: "image", suite: "trixie", name: "n1", mac, key, domain: "lab" })],
  [
    "install by preseed",
    installScript({ bootUrl, profile: "preseed", suite: "trixie", name: "n1", mac, key, domain: "lab", extraInitrd: "overlay.img" }),
  ],
  ["local boot, BIOS", localScript({ name: "n1", way: "sanboot", reason: "it is ready" })],
  ["local boot, exit without an error", localScript({ name: "n1", way: "exit-0", reason: "it is ready" })],
  ["local boot, UEFI", localScript({ name: "n1", way: "exit-1", reason: "it is ready" })],
];
for (const [name, text] of scripts)
  test(`the ${name} script holds nothing an old iPXE would choke on`, () => assert.deepEqual(lintScript(text), []));

test("BIOS boots drive 0x80, UEFI leaves with 1", () => {
  assert.match(localScript({ name: "n1", way: "sanboot", reason: "r" }), /sanboot --no-describe --drive 0x80/);
  assert.match(localScript({ name: "n1", way: "exit-1", reason: "r" }), /^exit 1$/m);
});

test("the Debian installer gets on its command line what a fetched preseed brings too late", () => {
  const text = installScript({ bootUrl, profile: "preseed", suite: "trixie", name: "n1", mac, key, domain: "lab" });
  for (const part of [
    "auto=true",
    "priority=critical",
    `url=${bootUrl}/preseed/${key}/preseed.cfg`,
    "BOOTIF=01-52-54-00-12-34-56",
    "hostname=n1",
    "initrd=initrd.gz",
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test("whatever a machine says of itself, the scripts stay scripts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (reason) => {
      assert.deepEqual(lintScript(waitScript({ bootUrl, name: "n1", mac, reason, waitedSeconds: 0, limitSeconds: 60 })), []);
      assert.deepEqual(lintScript(localScript({ name: "n1", way: "exit-1", reason })), []);
    }),
  );
});

const refusal = /control character|not for an iPXE script|a backslash at the end/;

test("a name that would be more than a name is refused in every file", () => {
  for (const name of ["a\nb", `a$\{net0/mac}`, "a || shell", 'a"b']) {
    assert.throws(() => installScript({ bootUrl, profile: "image", suite: "trixie", name, mac, key, domain: "lab" }), refusal);
  }
  for (const hostile of ["a\nd-i x", "a\\", "a\0"]) assert.throws(() => preseed({ ...input, domain: hostile }), refusal);
  assert.throws(() => finishScript({ ...input, name: "a\nb", token: "t" }), refusal);
});

test("shell values come through a real shell unchanged", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 40 }).filter((text) => !/[\p{Cc}\u2028\u2029]/u.test(text)),
      (disk) => {
        const conf = installConf({ ...input, disk, rootSha256: "0".repeat(64) });
        const { stdout } = spawnSync("sh", ["-c", `${conf}\nprintf %s "$MUSTER_DISK"`]);
        assert.equal(stdout.toString(), disk);
      },
    ),
    { numRuns: 50 },
  );
});

test("finish.sh and disk.sh are accepted by a shell", () => {
  shellAccepts(finishScript({ ...input, token: "t" }));
  shellAccepts(diskScript({ ...input, disk: "/dev/disk/by-id/x y" }));
});

test("the preseed leaves no question of those that stop an install", () => {
  const text = preseed(input);
  const keys = new Set(text.split("\n").flatMap((line) => /^d-i (\S+) /.exec(line)?.[1] ?? []));
  for (const needed of [
    "debian-installer/locale",
    "keyboard-configuration/xkb-keymap",
    "netcfg/get_hostname",
    "mirror/country",
    "mirror/http/hostname",
    "mirror/http/proxy",
    "passwd/root-password-crypted",
    "passwd/make-user",
    "time/zone",
    "partman-lvm/confirm",
    "partman-lvm/confirm_nooverwrite",
    "partman-md/confirm",
    "partman/confirm",
    "partman/confirm_nooverwrite",
    "partman-partitioning/confirm_write_new_label",
    "partman-efi/non_efi_system",
    "grub-installer/only_debian",
    "grub-installer/with_other_os",
    "finish-install/reboot_in_progress",
    "pkgsel/upgrade",
  ])
    assert.ok(keys.has(needed), needed);
  assert.match(text, /^d-i mirror\/http\/hostname string deb\.debian\.org$/m);
  assert.match(text, /^d-i mirror\/suite string trixie$/m);
  assert.ok(!/\{\{|\{%/.test(text));
});

test("debconf accepts the preseed", { skip: existsSync("/usr/bin/debconf-set-selections") ? false : "debconf is not installed" }, () => {
  const { status, stderr } = spawnSync("debconf-set-selections", ["-c"], { input: preseed(input) });
  assert.equal(status, 0, stderr.toString());
});

const answers = [503, 200, 500, 202];

test("the call-home program tries on until 202, then deletes its token", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-call-home-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      bodies.push(JSON.parse(text));
      response.writeHead(answers[bodies.length - 1] ?? 500).end("said");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const program = join(folder, "call-home");
  const config = join(folder, "call-home.json");
  const hostKey = join(folder, "key.pub");
  writeFileSync(program, templateText("call-home.py"));
  writeFileSync(hostKey, `ssh-ed25519 ${"A".repeat(68)} root@somewhere\n`);
  writeFileSync(config, JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t".repeat(64), mac }));
  const run = async () => {
    const child = spawn("/usr/bin/python3", [program, "--config", config, "--host-key", hostKey, "--tries", "5", "--interval", "0.01"], {
      stdio: "ignore",
    });
    return (await once(child, "exit"))[0];
  };
  assert.equal(await run(), 0);
  assert.equal(bodies.length, 4);
  assert.ok(!existsSync(config), "the token is still there");
  const sent = CallHome.safeParse({ ...(bodies[3] as object), hostname: "n1" });
  assert.ok(sent.success, sent.error?.message);
  assert.equal(sent.data.ip_address, "127.0.0.1");
  assert.equal(sent.data.ssh_host_key, `ssh-ed25519 ${"A".repeat(68)}`);
  assert.ok((sent.data.facts.memoryMb ?? 0) > 0);
  assert.ok(sent.data.facts.cpuArch !== undefined && sent.data.facts.nics !== undefined);
});

test("the call-home program gives up with exit code 1 and keeps its token for the next boot", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-call-home-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "call-home.json");
  writeFileSync(config, JSON.stringify({ url: "http://127.0.0.1:1", token: "t", mac }));
  const { status, stdout } = spawnSync("/usr/bin/python3", [
    "-c",
    templateText("call-home.py"),
    "--config",
    config,
    "--tries",
    "3",
    "--interval",
    "0.01",
  ]);
  assert.equal(status, 1);
  assert.equal(stdout.toString().trim().split("\n").length, 3);
  assert.ok(existsSync(config));
});
