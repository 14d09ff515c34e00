/** systemd-analyze accepts the installed units, and each socket belongs to one interface. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { accountIds } from "../../daemon/processes/accounts/account-ids.ts";

const root = mkdtempSync(join(tmpdir(), "muster-units-"));
after(() => rmSync(root, { recursive: true }));
const clone = join(import.meta.dirname, "../..");
const install = join(clone, "scripts/systemd/install");
const units = join(root, "etc/systemd/system");
const analyze = "/usr/bin/systemd-analyze";
const skip = existsSync(analyze) ? false : `${analyze} is not installed`;
if (skip) console.log(`skipped: ${skip}`);

const said = execFileSync(install, ["--to", root, "eth1", "br-lan.20"], { encoding: "utf8" });
const unit = (name: string) => readFileSync(join(units, name), "utf8");

const processes = ["control", "netboot", "executor"] as const;

test("install writes the units of this clone and the sockets of each interface, and says how to start them", () => {
  assert.deepEqual(readdirSync(units).sort(), [
    "muster-control.service",
    "muster-doctor.socket",
    "muster-doctor@.service",
    "muster-executor-hangs.socket",
    "muster-executor-hangs@.service",
    "muster-executor.service",
    "muster-netboot.service",
    "muster-prepare.service",
    "muster.target",
    "musterd-br-lan.20.socket",
    "musterd-eth1.socket",
    "musterd-probe-br-lan.20.socket",
    "musterd-probe-eth1.socket",
  ]);
  for (const name of processes)
    assert.match(unit(`muster-${name}.service`), new RegExp(`^ExecStart=${clone}/scripts/muster-process ${name} `, "m"));
  assert.match(said, /systemctl enable --now musterd-eth1\.socket musterd-br-lan\.20\.socket/);
});

test("systemd-analyze verify has nothing to say about them", { skip }, () => {
  const files = readdirSync(units).map((name) => join(units, name));
  const { status, stdout, stderr } = spawnSync(analyze, ["verify", ...files], { encoding: "utf8" });
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

test("every socket is bound to its interface and belongs to netboot", () => {
  for (const card of ["eth1", "br-lan.20"])
    for (const name of [`musterd-${card}.socket`, `musterd-probe-${card}.socket`]) {
      assert.match(unit(name), new RegExp(`^BindToDevice=${card}$`, "m"));
      assert.match(unit(name), /^Service=muster-netboot\.service$/m);
      assert.doesNotMatch(unit(name), /INTERFACE/);
    }
});

for (const name of processes)
  test(`${name} runs as its own user, after the folder is prepared, and only netboot has a capability`, () => {
    const text = unit(`muster-${name}.service`);
    assert.match(text, new RegExp(`^User=muster-${name}$`, "m"));
    assert.match(text, /^Requires=muster-prepare\.service$/m);
    assert.match(text, /^RestartPreventExitStatus=78$/m);
    const capability = name === "netboot" ? "CAP_NET_BIND_SERVICE" : "";
    assert.deepEqual(text.match(/^(CapabilityBoundingSet|AmbientCapabilities)=.*$/gm), [
      `CapabilityBoundingSet=${capability}`,
      ...(name === "netboot" ? [`AmbientCapabilities=${capability}`] : []),
    ]);
    assert.match(text, /^NoNewPrivileges=yes$/m);
  });

test("systemd rates the exposure of each process as low", { skip }, () => {
  const security = (name: string) => spawnSync(analyze, ["security", "--offline=yes", join(units, name)], { encoding: "utf8" }).stdout;
  for (const name of processes) {
    const level = Number(/exposure level for .*: ([\d.]+)/.exec(security(`muster-${name}.service`))?.[1]);
    assert.ok(level < 6, `${name}: ${level}`);
  }
});

const sysusers = "/usr/bin/systemd-sysusers";
const noUsers = existsSync(sysusers) ? false : `${sysusers} is not installed`;

test("systemd-sysusers creates the users and groups that `muster prepare` looks for, also after the single user muster", {
  skip: noUsers,
}, (t) => {
  const other = mkdtempSync(join(tmpdir(), "muster-users-"));
  t.after(() => rmSync(other, { recursive: true }));
  mkdirSync(join(other, "etc"));
  writeFileSync(join(other, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nmuster:x:997:997:Muster:/var/lib/muster:/usr/sbin/nologin\n");
  writeFileSync(join(other, "etc/group"), "root:x:0:\nmuster:x:997:\n");
  const { status, stderr } = spawnSync(sysusers, [`--root=${other}`, "-"], {
    input: readFileSync(join(root, "etc/sysusers.d/muster.conf")),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  const { users, groups } = accountIds(join(other, "etc/passwd"), join(other, "etc/group"));
  assert.equal(new Set(Object.values(users)).size, 4);
  assert.equal(groups.shared, 997);
  const members = (name: string) => new RegExp(`^${name}:.*:(.*)$`, "m").exec(readFileSync(join(other, "etc/group"), "utf8"))?.[1];
  assert.equal(members("muster"), "muster-control,muster-executor,muster-netboot");
  assert.equal(members("muster-runs"), "muster-control,muster-executor");
});

test("an installation with the single unit of an earlier version is asked to remove it", (t) => {
  const old = mkdtempSync(join(tmpdir(), "muster-units-"));
  t.after(() => rmSync(old, { recursive: true }));
  mkdirSync(join(old, "etc/systemd/system"), { recursive: true });
  writeFileSync(join(old, "etc/systemd/system/musterd.service"), "");
  assert.match(execFileSync(install, ["--to", old, "eth1"], { encoding: "utf8" }), /systemctl disable --now musterd\.service/);
  assert.doesNotMatch(said, /disable/);
});

test("a stop of the executor ends only its own process, because runs of Ansible continue", () => {
  assert.match(unit("muster-executor.service"), /^KillMode=process$/m);
  assert.match(unit("muster-executor.service"), /^OOMPolicy=continue$/m);
});

for (const [args, says] of [
  [[], /name the interfaces/],
  [["eth1; rm"], /eth1; rm is not a valid interface name/],
  [["--all"], /unknown option --all/],
] as const)
  test(`install ${args.join(" ")} is refused`, () => {
    const { status, stderr } = spawnSync(install, [...args], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, says);
  });
