/** systemd-analyze accepts the installed units, and each socket belongs to one interface. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

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

test("install writes the service of this clone and the sockets of each interface, and says how to start them", () => {
  assert.deepEqual(readdirSync(units).sort(), [
    "musterd-br-lan.20.socket",
    "musterd-eth1.socket",
    "musterd-probe-br-lan.20.socket",
    "musterd-probe-eth1.socket",
    "musterd.service",
  ]);
  assert.match(unit("musterd.service"), new RegExp(`^ExecStart=${clone}/scripts/musterd `, "m"));
  assert.match(said, /systemctl enable --now musterd-eth1\.socket musterd-br-lan\.20\.socket/);
});

test("systemd-analyze verify has nothing to say about them", { skip }, () => {
  const files = readdirSync(units).map((name) => join(units, name));
  const { status, stdout, stderr } = spawnSync(analyze, ["verify", ...files], { encoding: "utf8" });
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

test("every socket is bound to its interface, and the service takes no privilege", () => {
  for (const card of ["eth1", "br-lan.20"])
    for (const name of [`musterd-${card}.socket`, `musterd-probe-${card}.socket`]) {
      assert.match(unit(name), new RegExp(`^BindToDevice=${card}$`, "m"));
      assert.match(unit(name), /^Service=musterd\.service$/m);
      assert.doesNotMatch(unit(name), /INTERFACE/);
    }
  assert.match(unit("musterd.service"), /^User=muster$/m);
  assert.match(unit("musterd.service"), /^CapabilityBoundingSet=$/m);
});

test("a stop of the service ends only the daemon, because runs of Ansible continue", () => {
  assert.match(unit("musterd.service"), /^KillMode=process$/m);
  assert.match(unit("musterd.service"), /^OOMPolicy=continue$/m);
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
