import assert from "node:assert/strict";
import { test } from "node:test";
import { ToolForm } from "../../../../daemon/changes/tools/form.ts";
import { programRisk } from "../../../../daemon/changes/tools/programs.ts";
import { callRisk, riskOf } from "../../../../daemon/changes/tools/risk.ts";
import { worst } from "../../../../daemon/changes/tools/risk-order.ts";
import { sqlRisk } from "../../../../daemon/changes/tools/sql.ts";
import type { Risk } from "../../../../daemon/contract/changes/tool.ts";

const commands: Record<Risk, string[]> = {
  read: [
    "df -h",
    "/usr/bin/df -h",
    "systemctl status ssh",
    "systemctl list-units --state=failed",
    "journalctl --no-pager --lines=20 --unit=ssh",
    "ip -statistics link show",
    "ss -l -n -t",
    "smartctl -H -A /dev/sda",
    "apt-get --simulate upgrade",
    "dpkg --audit",
    "nft list ruleset",
    "curl -sf https://example.net/health",
    "find /var/log -name x",
    "nomad status",
  ],
  write: [
    "systemctl restart ssh",
    "systemctl reboot",
    "systemctl -p status restart ssh",
    "systemctl --host web1 status",
    "reboot",
    "shutdown -h now",
    "ip link set eth0 down",
    "ip -b file",
    "ss -K dst 10.0.0.1",
    "ss --kill",
    "smartctl -t long /dev/sda",
    "smartctl --set=x /dev/sda",
    "journalctl --rotate",
    "journalctl --rot",
    "apt-get install nginx",
    "apt-get --simulate --no-simulate install nginx",
    "curl -X POST http://10.0.0.1/",
    "curl -d x http://10.0.0.1/",
    "curl -o /etc/passwd http://10.0.0.1/",
    "wget http://10.0.0.1/",
    "timedatectl set-time 2000-01-01",
    "sudo df",
    "mv a b",
    "tee /etc/hosts",
    "a-program-nobody-knows",
  ],
  delete: [
    "rm -rf /",
    "/bin/rm x",
    "sudo rm x",
    "nice -n 19 sudo -u root rm x",
    "timeout 5 /bin/rm x",
    "env A=b rm x",
    "xargs rm",
    "mkfs.ext4 /dev/sda",
    "dd if=/dev/zero of=/dev/sda",
    "wipefs -a /dev/sda",
    "sh -c true",
    "python3.13 x.py",
    "ssh elsewhere true",
    "/tmp/df -h",
    "./df",
    "find / -delete",
    "find / -exec true ;",
    "curl -X DELETE http://10.0.0.1/x",
    "curl --request=DELETE http://10.0.0.1/x",
    "journalctl --vacuum-size=1M",
    "apt-get purge ssh",
    "apt-get -o Dpkg::Pre-Invoke::=x --simulate upgrade",
    "dpkg -P ssh",
    "nft flush ruleset",
    "nft list ruleset ; flush ruleset",
    "terraform destroy",
    "nomad job stop -purge web",
    "userdel muster",
    "psql --host=db",
    "sqlite3 /tmp/x .dump",
  ],
};

for (const [risk, list] of Object.entries(commands))
  for (const command of list)
    test(`${command} is a ${risk}`, () => {
      assert.equal(programRisk(command.split(" ")), risk);
    });

const statements: Record<Risk, string[]> = {
  read: [
    "select 1",
    "SELECT count(*) FROM nodes WHERE name = 'drop table x'",
    "with a as (select 1) select * from a",
    "explain select 1",
    "pragma table_info(nodes)",
    'select "delete" from x',
  ],
  write: [
    "insert into a values (1)",
    "select * into b from a",
    "select pg_terminate_backend(1)",
    'select "pg_terminate_backend"(1)',
    "select [load_extension]('x')",
    "select pg_catalog.pg_read_file('/etc/passwd')",
    "explain analyze update a set b = 1",
    "pragma journal_mode = delete_",
    "select 1 for update",
    "copy a to '/tmp/x'",
    "",
  ],
  delete: [
    "delete from a",
    "with x as (delete from a returning *) select * from x",
    "drop table a",
    "truncate a",
    "select 1; select 2",
    "commit; drop table a",
    ".shell true",
    "\\! true",
    "select $$ $$",
    "select 1 -- x",
    "select E'\\''",
  ],
};

for (const [risk, list] of Object.entries(statements))
  for (const statement of list)
    test(`the statement ${JSON.stringify(statement)} is a ${risk}`, () => {
      assert.equal(sqlRisk(statement), risk);
    });

for (const [verb, risk] of [
  ["GET", "read"],
  ["HEAD", "read"],
  ["POST", "write"],
  ["PATCH", "write"],
  ["PUT", "write"],
  ["DELETE", "delete"],
  ["PURGE", "delete"],
] as const)
  test(`HTTP ${verb} is a ${risk}`, () => {
    assert.equal(callRisk({ kind: "request", verb, url: "http://10.0.0.1/", headers: {} }), risk);
  });

for (const [act, risk] of [
  ["wake", "write"],
  ["power", "write"],
  ["rescue", "write"],
  ["end_rescue", "write"],
  ["promote", "write"],
  ["reprovision", "write"],
  ["arm", "delete"],
  ["wipe", "delete"],
  ["retire", "delete"],
  ["another", "delete"],
] as const)
  test(`the act ${act} is a ${risk}`, () => {
    assert.equal(callRisk({ kind: "act", act, node: "n1", values: {} }), risk);
  });

for (const [module, risk] of [
  ["ansible.windows.win_service_info", "read"],
  ["ansible.windows.win_service", "write"],
  ["ansible.builtin.shell", "delete"],
  ["ansible.windows.win_powershell", "delete"],
] as const)
  test(`the module ${module} is a ${risk}`, () => {
    assert.equal(callRisk({ kind: "module", module, arguments: {} }), risk);
  });

test("a playbook counts as a read if its header says so, and never because of check mode", () => {
  const call = (check: boolean) => ({ kind: "playbook" as const, playbook: "mine", check });
  const saying = (readOnly: boolean) => () => ({ readOnly, content: "0".repeat(64) });
  for (const check of [true, false]) {
    assert.equal(callRisk(call(check)), "write");
    assert.equal(callRisk(call(check), saying(false)), "write");
    assert.equal(callRisk(call(check), saying(true)), "read");
  }
});

const formWith = (more: object, command: string[]) =>
  ToolForm.parse({ name: "mine", description: "x", execution: { method: "ssh", requires_target: true }, command, ...more });

test("a form may raise its risk", () => {
  assert.equal(riskOf(formWith({ risk: "delete" }, ["df"]), {}), "delete");
  assert.equal(riskOf(formWith({ effects: ["changes"] }, ["df"]), {}), "write");
  assert.equal(riskOf(formWith({ effects: ["looks", "erases"] }, ["df"]), {}), "delete");
});

test("a form cannot lower its risk", () => {
  assert.equal(riskOf(formWith({ risk: "read", effects: ["looks"] }, ["rm", "x"]), {}), "delete");
  assert.equal(riskOf(formWith({ risk: "read" }, ["systemctl", "restart", "ssh"]), {}), "write");
});

test("the same tool has a higher risk with other values", () => {
  const form = formWith({ parameters: [{ name: "verb", description: "x", enum: ["status", "restart"], required: true }] }, [
    "systemctl",
    "{verb}",
    "ssh",
  ]);
  assert.equal(riskOf(form, { verb: "status" }), "read");
  assert.equal(riskOf(form, { verb: "restart" }), "write");
});

test("delete is worse than write and write worse than read, in any order", () => {
  assert.equal(worst("write", "delete", "read"), "delete");
  assert.equal(worst("read", "write"), "write");
  assert.equal(worst(), "read");
});
