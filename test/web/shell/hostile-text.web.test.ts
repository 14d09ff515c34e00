/** Hostile text from machines and people enters through every interface and is shown as text on every page. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import type { Client } from "../../../daemon/contract/client.ts";
import { enterWhole, noWholeDaemon, withWholeDaemon } from "../whole-daemon.ts";

const markup = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>[x](javascript:window.pwned=1)";
/** Terminal links and titles, a cleared screen, a reversed reading direction, and a word wider than any screen. */
const control = `\u001b]8;;javascript:window.pwned=1\u0007\u001b]0;owned\u0007\u001b[2J\u202egnp.exe ${"w".repeat(240)}`;

/** Each interface has its own word, so that a failure names the text. */
const seen = (door: string) => `${door}${markup}`;
const hostile = (door: string) => `${seen(door)} ${control}`;
const hex = (text: string) => Buffer.from(text).toString("hex");

/** The node prints it. The name of a task reaches the output unchanged. */
const playbook = () => `
- hosts: worker_nodes
  gather_facts: false
  tasks:
    - name: "Ask \\e]8;;javascript:window.pwned=1\\a${seen("named")}\\e]8;;\\a \\u202egnp.exe \\e[31mred\\e[0m"
      ansible.builtin.shell: printf '%b' '${[...Buffer.from(hostile("printed"))].map((byte) => `\\0${byte.toString(8)}`).join("")}'
      register: said
    - name: Believe the node
      ansible.builtin.fail:
        msg: "{{ said.stdout }}"
`;

let key: string;
let api: Client;
const whole = withWholeDaemon(playbook, (daemon) => {
  key = daemon.key("operator");
  api = daemon.client(key);
});

const curlIn = (namespace: string, ...args: string[]) =>
  whole.daemon.network.run("curl", ["-s", "-m", "10", "--noproxy", "*", ...args], { namespace });
const curl = (...args: string[]) => curlIn(whole.daemon.network.name, ...args);

/** A network card that gets and uses an address under this name. Returns its network namespace. */
async function askForAddress(mac: string, name: string, ...more: string[]): Promise<string> {
  const { namespace } = whole.daemon.network.client(mac);
  const script = join(whole.daemon.folder, "bound");
  writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && ip address add "$ip/$mask" dev "$interface"\nexit 0\n', { mode: 0o755 });
  const asked = ["udhcpc", "-i", "eth0", "-f", "-n", "-q", "-s", script, "-x", `0x0c:${hex(name)}`, ...more];
  await whole.daemon.network.run("busybox", asked, { namespace });
  return namespace;
}

/** An unknown machine, one with a failed installation, and one that was configured, reported facts and failed. */
async function fillFleet(): Promise<string> {
  const boot = `http://${whole.daemon.network.address}:8080`;
  const stranger = "52:54:00:ee:00:03";
  const firmware = ["-V", `PXEClient:Arch:00000:UNDI:002001${markup}`, "-x", "0x5d:0000"];
  const namespace = await askForAddress(stranger, hostile("stranger").slice(0, 120), ...firmware);
  // Muster gives a boot script only to the leased address of the machine.
  await curlIn(namespace, `${boot}/boot.ipxe?mac=${stranger}&platform=pcbios&product=${encodeURIComponent(hostile("product"))}`);
  await curl(`${boot}/assets/${encodeURIComponent(hostile("file"))}`);
  const [broken, talker] = ["broken", "talker"].map((name) => whole.daemon.machine(name));
  assert(broken && talker);
  for (const machine of [broken, talker]) {
    await api.addNode({ mac: machine.mac, name: machine.name });
    await api.armNode({ node: machine.name });
    await machine.installUpToPartition();
  }
  await broken.tell("failed", hostile("installer"));
  await talker.finishInstall();
  assert.equal(await whole.daemon.callHome(talker), 202);
  for (;;) {
    const [job] = await api.listJobs({ node: "talker" });
    if (job?.status === "failed") return job.id;
    await sleep(100);
  }
}

/** Elements and attributes that would exist if the text was markup. */
const elements =
  "main img, main script, main iframe, dialog img, dialog script, [onerror], a[href^='javascript:' i], a[href*='pwned'], dialog[open]";
// biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may appear on the page
const unseen = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** All texts are readable, and none became markup. */
async function assertText(page: Page, hash: string, ...texts: string[]): Promise<void> {
  await page.goto(`${whole.daemon.url}${hash}`);
  for (const text of texts) await page.locator("main").getByText(text).first().waitFor({ state: "attached" });
  await assertHarmless(page, hash);
}

async function assertHarmless(page: Page, hash: string): Promise<void> {
  assert.equal(await page.locator(elements).count(), 0, hash);
  assert.equal(await page.evaluate("window.pwned"), undefined, hash);
  assert.equal(unseen.exec((await page.locator("body").textContent()) ?? "")?.[0], undefined, `${hash}: a character that acts`);
  assert.doesNotMatch(await page.title(), /owned/, hash);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `${hash} is wider than its window`);
  assert.deepEqual(whole.visitor.troubles, [], hash);
}

test("an invalid name in a call-home is refused and appears on no page", { skip: noWholeDaemon }, async () => {
  const { token } = await api.createToken({ uses: 1 });
  const report = {
    ip_address: whole.daemon.network.address,
    hostname: hostile("hostname"),
    token,
    mac: "52:54:00:ee:00:02",
    ssh_host_key: `ssh-ed25519 ${"A".repeat(68)}`,
  };
  const url = `http://${whole.daemon.network.address}:8000/api/ready-for-provisioning`;
  const answer = await curl(url, "-w", "\n%{http_code}", "-H", "content-type: application/json", "-d", JSON.stringify(report));
  assert.match(answer, /hostname[\s\S]*\n400$/);
  assert.ok((await api.listNodes()).every(({ name }) => !name.includes("<")));
});

test("host names, facts, files, installer errors and Ansible's output are text on every page", {
  skip: noWholeDaemon,
}, async () => {
  await askForAddress("52:54:00:ee:00:01", hostile("lan").slice(0, 120));
  const jobId = await fillFleet();
  const output = readFileSync(join(whole.daemon.dataDir, "jobs", jobId, "output.log"), "utf8");
  assert.ok(output.includes(`\u001b]8;;javascript:window.pwned=1\u0007${seen("named")}`), "Ansible wrote it raw");
  const stranger = (await api.listNodes()).find(({ macs }) => macs.includes("52:54:00:ee:00:03"));
  assert(stranger);

  const page = await enterWhole(whole.visitor, whole.daemon.url, key);
  await assertText(page, "#/", seen("installer"), seen("printed"));
  await assertText(page, "#/?view=table", seen("product"), seen("installer"));
  await assertText(page, `#/nodes/${stranger.name}`, seen("product"));
  await assertText(page, "#/nodes/broken", seen("installer"));
  await assertText(page, "#/nodes/talker", seen("printed"));
  await assertText(page, "#/jobs", seen("printed"));
  await assertText(page, `#/jobs/${jobId}`, seen("printed"), `TASK [Ask ${seen("named")}`);
  // Only valid characters of a DHCP host name are stored.
  await assertText(
    page,
    "#/network",
    seen("lan")
      .replace(/[^A-Za-z0-9.-]/g, "")
      .slice(0, 63),
  );
  await assertText(page, "#/trends", "Boots and failures");
  await assertText(page, "#/alerts", seen("installer"));
  await assertText(page, "#/log", seen("file"));
});

test("reasons of people, names of processes and their audit records are text as well", {
  skip: noWholeDaemon,
}, async () => {
  const made = whole.daemon.muster("--json", "key", "create", "--name", "bea", "--owner", "bea", "--role", "operator");
  const other = whole.daemon.client((JSON.parse(made) as { key: string }).key);
  const goal = { kind: "tool", tool: "service_restart", parameters: { unit: "ssh.service" } } as const;
  const ask = async (reason: string) =>
    (await api.propose({ goal, targets: ["talker"], reason })).approval ?? assert.fail("no approval was requested");
  const denied = await ask(hostile("proposal"));
  await other.voteApproval({ id: denied.id, answer: "deny", reason: hostile("denial") });
  const waiting = await ask(hostile("question"));
  whole.daemon.network.spawn("sh", ["-c", "sleep 120; :", hostile("process")]);
  const { execution } = await api.propose({ goal: { kind: "tool", tool: "processes" }, targets: ["talker"], reason: hostile("look") });
  assert(execution);
  const isDone = async () => !["queued", "running"].includes((await api.getExecution({ id: execution.id })).status);
  while (!(await isDone())) await sleep(100);
  assert.equal((await api.getExecution({ id: execution.id })).status, "succeeded");

  const page = await enterWhole(whole.visitor, whole.daemon.url, whole.daemon.key("admin"));
  await assertText(page, "#/approvals", seen("question"));
  await assertText(page, `#/approvals/${waiting.id}`, seen("question"));
  await assertText(page, `#/approvals/${denied.id}`, seen("proposal"), seen("denial"));
  await assertText(page, "#/executions", "processes");
  await assertText(page, `#/executions/${execution.id}`, seen("process"));
  for (const door of ["denial", "proposal", "look"]) {
    const hash = `#/audit?q=${door}%3Cimg`;
    await page.goto(`${whole.daemon.url}${hash}`);
    await page.locator(".audit-record summary").first().click();
    await page.locator(".audit-whole").getByText(seen(door)).first().waitFor();
    await assertHarmless(page, hash);
  }
});
