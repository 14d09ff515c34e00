/**
 * A machine with its own system runs the line from `muster token create`. It is a network namespace with its
 * own folders, dash, a real sshd and python3. Only systemctl is simulated. The machine of enrol.long.test.ts
 * has a real systemd.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "../../../../daemon/contract/event.ts";
import type { EnrolToken } from "../../../../daemon/contract/machines/enrol.ts";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { noNetwork } from "../../../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../../../support/daemon.ts";

const MAC = "52:54:00:c2:00:01";
const ADDRESS = "10.77.2.9";
const PLAYBOOK = `- hosts: ~^(worker|controller)_nodes$
  gather_facts: false
  tasks:
    - name: Ask its name
      ansible.builtin.command: uname -n
`;
/** Mounts every folder that a script may change in memory, for this process and its children. */
const OWN_FOLDERS = `
  mount -t tmpfs own "$1/machine" && mkdir "$1/machine/etc" "$1/machine/usr" "$1/machine/work-etc" "$1/machine/work-usr"
  mount -t overlay own -o "lowerdir=/etc,upperdir=$1/machine/etc,workdir=$1/machine/work-etc" /etc
  mount -t overlay own -o "lowerdir=/usr/local,upperdir=$1/machine/usr,workdir=$1/machine/work-usr" /usr/local
  mount -t tmpfs own /root && mount -t tmpfs own /run && mkdir -p /run/sshd /run/systemd/system /usr/local/bin
  printf '#!/bin/sh\\necho "$@" >>%s/systemctl\\n' "$1" >/usr/local/bin/systemctl && chmod +x /usr/local/bin/systemctl
  export PATH=/usr/local/bin:$PATH
  hostname Cabinet-7.lab
  rm -f /etc/ssh/ssh_host_*
  ssh-keygen -A >/dev/null
  [ -z "$2" ] || /usr/sbin/sshd -f /dev/null -o PermitRootLogin=yes -o UsePAM=no -o StrictModes=no -o PasswordAuthentication=no
`;

let lab: TestDaemon;
let folder: string;
let key: string;
let namespace: string;
before(async () => {
  if (noNetwork) return;
  folder = mkdtempSync(join(tmpdir(), "muster-enrol-"));
  mkdirSync(join(folder, "machine"));
  cpSync(join(import.meta.dirname, "../../../../ansible"), join(folder, "ansible"), { recursive: true });
  writeFileSync(join(folder, "ansible/playbook.yaml"), PLAYBOOK);
  lab = await startTestDaemon({ settings: { ansible: { directory: join(folder, "ansible") } } });
  key = lab.daemon.createKey("test");
  namespace = lab.network.client(MAC).namespace;
  await lab.network.run("ip", ["address", "add", `${ADDRESS}/16`, "dev", "eth0"], { namespace });
});
after(async () => {
  await lab?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const muster = <T>(...args: string[]): T => JSON.parse(lab.daemon.muster("--json", "--key", key, ...args)) as T;
/** Runs the script on the machine as root. Returns its output with the exit code last. */
const onMachine = (script: string, sshd = "") =>
  lab.network.run("unshare", ["--mount", "--uts", "sh", "-c", `set -e\n${OWN_FOLDERS}\n${script}`, "machine", folder, sshd], { namespace });

test("the line of a token makes a machine a ready node, by its own name, and may be run again", { skip: noNetwork }, async () => {
  const { token, install } = muster<EnrolToken & { token: string; install: string }>("token", "create", "--ttl", "10m");
  assert.equal(install, `curl -fsS http://${lab.network.address}:8000/enrol/${token} | sh`);
  const line = install.replace(/sh$/, "dash");
  const ended = 'while ! [ -e "$1/ended" ]; do sleep 0.2; done';
  const machine = onMachine(
    `
    ${line} >"$1/first" 2>&1 || echo "ended with $?" >>"$1/first"
    while ! [ -e "$1/again" ]; do sleep 0.2; done
    ${line} >"$1/second" 2>&1 || echo "ended with $?" >>"$1/second"
    stat -c '%a %n' /root/.ssh /root/.ssh/authorized_keys /usr/local/sbin/muster-call-home
    sort /root/.ssh/authorized_keys | uniq -c
    ls /etc/muster
    touch "$1/done"
    ${ended}; kill "$(cat /run/sshd.pid)"`,
    "with sshd",
  );
  const node = await untilReady("cabinet-7");
  assert.deepEqual([node.macs, node.address], [[MAC], ADDRESS]);
  const first = readFileSync(join(folder, "first"), "utf8");
  assert.match(
    first,
    /^muster: SSH host key: SHA256:\S+\nmuster: key added to authorized_keys of root: muster-executor\nmuster: installed [\s\S]*\nmuster: this machine is in the fleet/,
  );
  assert.ok(!first.includes(token), "the output may be seen by others");

  writeFileSync(join(folder, "again"), "");
  await until(() => readable("done") !== undefined);
  assert.match(
    readFileSync(join(folder, "second"), "utf8"),
    /key already in authorized_keys of root: muster-executor[\s\S]*is in the fleet/,
  );
  writeFileSync(join(folder, "ended"), "");
  const printed = await machine;
  assert.match(printed, /^700 \/root\/\.ssh\n600 \/root\/\.ssh\/authorized_keys\n755 \/usr\/local\/sbin\/muster-call-home\n/);
  assert.match(printed, /\n +1 ssh-ed25519 \S+ muster-executor\n$/, "one key, and no token left behind");
  assert.match(
    readFileSync(join(folder, "systemctl"), "utf8"),
    /^daemon-reload\nenable --quiet muster-call-home\.service\ndisable muster-call-home\.service\n/,
  );
  const [used] = muster<EnrolToken[]>("token", "list");
  assert.deepEqual([used?.state, used?.used], ["used-up", 1]);
  assert.ok(!lab.daemon.log().includes(token.slice(3)), "the daemon's log has no token");
});

test("where something is missing the script says what, and changes nothing", { skip: noNetwork }, async () => {
  const { install } = muster<{ install: string }>("token", "create");
  const fails = (change: string, as = "") =>
    onMachine(`${change}\n${install.replace("| sh", ">/run/script")}\n${as} sh /run/script 2>&1 && exit 9\nls -A /root`);
  assert.match(await fails("rmdir /run/systemd/system"), /^muster: this machine does not run systemd[^\n]*\n$/);
  assert.match(await fails("chmod 711 /run", "setpriv --reuid=65534 --clear-groups"), /^muster: this needs root: put sudo before sh\n$/);
});

test("a script cut short anywhere does nothing", { skip: noNetwork }, async () => {
  const { install } = muster<{ install: string }>("token", "create");
  const url = install.split(" ")[2] ?? "";
  const script = await lab.network.run("curl", ["-fsS", url], {});
  writeFileSync(join(folder, "whole"), script);
  const sizes = [200, 900, 2000, 4000, script.length - 8, script.length - 7].join(" ");
  const printed = await onMachine(`for size in ${sizes}; do head -c "$size" "$1/whole" | dash >/dev/null 2>&1 || true; done; ls -A /root`);
  assert.equal(printed, "");
});

async function untilReady(name: string): Promise<Node> {
  let node: (Node & { events: Event[] }) | undefined;
  await until(
    () => {
      const known = muster<Node[]>("nodes").some((one) => one.name === name);
      node = known ? muster("node", name) : undefined;
      return node?.state.phase === "ready";
    },
    () =>
      `${readable("first")}\n${JSON.stringify(
        node?.events.map(({ summary }) => summary),
        null,
        1,
      )}`,
  );
  return node!;
}

async function until(holds: () => boolean, story: () => string = () => ""): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (holds()) return;
    await sleep(500);
  }
  assert.fail(`waited in vain: ${story()}`);
}

function readable(name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch {
    return undefined;
  }
}
