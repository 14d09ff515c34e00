/** Hostile call-homes get a clear refusal and change nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ErrorBody } from "../../../../daemon/contract/route.ts";
import { callHome, hostKey, type Report, startTestControl } from "../../../support/control.ts";

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const raw = (report: Report, replace: (json: string) => string) => replace(JSON.stringify(report));

type Knock = [what: string, report: (good: Report, spent: Report) => unknown, status: number, message: RegExp];

const knocks: Knock[] = [
  ["a name that is a file", (good) => ({ ...good, hostname: "@/etc/passwd" }), 400, /^hostname: /],
  ["a name that is every machine", (good) => ({ ...good, hostname: "all" }), 400, /^hostname: .*Ansible/],
  ["a name that is an option", (good) => ({ ...good, hostname: "-h" }), 400, /^hostname: /],
  ["a name that is a list", (good) => ({ ...good, hostname: "n1,n2" }), 400, /^hostname: /],
  ["a name that leads out", (good) => ({ ...good, hostname: "../n1" }), 400, /^hostname: /],
  ["a name with a NUL byte", (good) => ({ ...good, hostname: "n1\0" }), 400, /^hostname: /],
  ["a name with a line of its own", (good) => ({ ...good, hostname: "n1\n" }), 400, /^hostname: /],
  ["a name that is not its own", (good) => ({ ...good, hostname: "n3" }), 400, /^hostname: this machine is n1 here/],
  ["an address that runs a program", (good) => ({ ...good, ip_address: "{{ lookup('pipe','id') }}" }), 400, /^ip_address: /],
  ["an address that is a name", (good) => ({ ...good, ip_address: "localhost" }), 400, /^ip_address: /],
  ["an address with a port", (good) => ({ ...good, ip_address: "127.0.0.1:22" }), 400, /^ip_address: /],
  ["an address with more lines", (good) => ({ ...good, ip_address: "127.0.0.1\nevil: yes" }), 400, /^ip_address: /],
  ["an address with a NUL byte", (good) => ({ ...good, ip_address: "127.0.0.1\0" }), 400, /^ip_address: /],
  ["an address that is a number", (good) => ({ ...good, ip_address: 2130706433 }), 400, /^ip_address: /],
  ["an address outside the networks", (good) => ({ ...good, ip_address: "192.0.2.1" }), 400, /^ip_address: .*outside/],
  ["an address in disguise", (good) => ({ ...good, ip_address: "::ffff:127.0.0.1" }), 400, /^ip_address: .*outside/],
  ["a token that was never issued", (good) => ({ ...good, token: "f".repeat(64) }), 401, /^token: .*not known/],
  ["a short token", (good) => ({ ...good, token: "" }), 400, /^token: /],
  ["a token that is not text", (good) => ({ ...good, token: { $ne: null } }), 400, /^token: /],
  ["a spent token", (good, spent) => ({ ...good, token: spent.token }), 401, /^mac: this token is not for/],
  ["a spent token with its own MAC", (_, spent) => ({ ...spent, ip_address: "127.0.0.99" }), 401, /^token: .*used already/],
  ["another machine's MAC address", (good) => ({ ...good, mac: "52:54:00:ff:ff:ff" }), 401, /^mac: /],
  ["a MAC address that is none", (good) => ({ ...good, mac: "52:54:00:zz" }), 400, /^mac: /],
  ["no host key", ({ ssh_host_key: _, ...good }) => good, 400, /^ssh_host_key: /],
  ["a host key with a command", (good) => ({ ...good, ssh_host_key: `command="id" ${good.ssh_host_key}` }), 400, /^ssh_host_key: /],
  ["a host key with another line", (good) => ({ ...good, ssh_host_key: `${good.ssh_host_key}\n* ${hostKey(9)}` }), 400, /^ssh_host_key: /],
  ["a host key for every host", (good) => ({ ...good, ssh_host_key: `@cert-authority * ${good.ssh_host_key}` }), 400, /^ssh_host_key: /],
  ["a host key with a comment", (good) => ({ ...good, ssh_host_key: `${good.ssh_host_key} me@n1` }), 400, /^ssh_host_key: /],
  ["facts without end", (good) => ({ ...good, facts: { cpu: "x".repeat(201) } }), 400, /^facts\.cpu: /],
  ["facts of another kind", (good) => ({ ...good, facts: [] }), 400, /^facts: /],
  [
    "more disks than there are",
    (good) => ({ ...good, facts: { disks: Array(300).fill({ name: "a", sizeGb: 1 }) } }),
    400,
    /^facts\.disks: /,
  ],
  ["unknown keys", (good) => ({ ...good, ansible_connection: "local" }), 400, /ansible_connection/],
  ["a prototype in disguise", (good) => raw(good, (json) => json.replace("{", '{"__proto__":{"role":"admin"},')), 400, /^body: /],
  ["nothing at all", () => "", 400, /^body: /],
  ["JSON cut off", (good) => raw(good, (json) => json.slice(0, -5)), 400, /^body: .*not valid JSON/],
  ["a raw NUL byte in the JSON", (good) => raw(good, (json) => json.replace("n1", "n\0")), 400, /^body: .*not valid JSON/],
  ["a list", (good) => [good], 400, /^body: /],
  ["a deep list", () => deep(120_000), 400, /^body: /],
  [
    "deep facts",
    (good) => raw(good, (json) => json.replace(/"facts":\{.*?\}/, `"facts":{"disks":${deep(120_000)}}`)),
    400,
    /^facts\.disks/,
  ],
  ["10 MB", (good) => ({ ...good, facts: { cpu: "x".repeat(10 * 1024 * 1024) } }), 413, /^body: is too large/],
];

/** The event for a refused machine with known keys: control cannot distinguish a moved machine from an eavesdropper. */
const REFUSED = "node.call-home-refused";

test("a call-home without permission is refused with the reason, and nothing changes", async (t) => {
  const { url, data, client, newcomer } = await startTestControl(t, {
    inventory: "# by hand\nall:\n  children:\n    worker_nodes:\n      hosts:\n",
    // Alerts are off, because an alert would count the refusals of this test at any time.
    config: "alerts: {refusals: null, failed_logins: null, node_failures: null}",
  });
  const report = async (n: number): Promise<Report> => {
    const mac = `52:54:00:00:00:0${n}`;
    const { token } = await newcomer(`n${n}`, mac);
    return { ip_address: `127.0.0.${n}`, hostname: `n${n}`, token, mac, ssh_host_key: hostKey(n), facts: { cpus: 2 } };
  };
  const good = await report(1);
  const spent = await report(2);
  const { body } = await callHome(url, spent);
  await client.cancelJob({ id: String(body.job_id) });

  const state = async () => ({
    inventory: readFileSync(data.inventory, "utf8"),
    knownHosts: readFileSync(data.knownHosts, "utf8"),
    jobs: await client.listJobs({}),
    nodes: (await client.listNodes()).map(({ lastEvent: _, ...node }) => node),
    events: (await client.listEvents({})).filter(({ type }) => type !== REFUSED),
  });
  const before = await state();
  for (const [what, knock, status, message] of knocks) {
    const answer = await callHome(url, knock(good, spent));
    assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body)}`);
    const { error } = ErrorBody.parse(answer.body);
    assert.match(error.message, message, what);
    assert.ok(error.hint.length > 10, what);
    assert.ok(error.message.length < 300, `${what}: the answer stays short`);
  }
  assert.deepEqual(await state(), before);
  const refusals = (await client.listEvents({})).filter(({ type }) => type === REFUSED);
  assert.equal(refusals.length, 1, "a known MAC address and key from another address is an event");

  assert.equal((await callHome(url, good)).status, 202, "and the token of the one who was imitated is still good");
});

test("the facts of a machine are stored without control characters", async (t) => {
  const { url, client, newcomer } = await startTestControl(t);
  const { token } = await newcomer("n1", "52:54:00:00:00:01");
  const facts = { serial: "AB\0C\u001b[31m", product: "X\r\nY", disks: [{ name: "sda", sizeGb: 1, model: "\u0007beep\u009b" }] };
  const report = { ip_address: "127.0.0.1", hostname: "n1", token, mac: "52:54:00:00:00:01", ssh_host_key: hostKey(1), facts };
  assert.equal((await callHome(url, report)).status, 202);
  const node = await client.getNode({ node: "n1" });
  assert.deepEqual(node.facts, { serial: "AB C [31m", product: "X  Y", disks: [{ name: "sda", sizeGb: 1, model: "beep" }] });
  for (const event of await client.listEvents({})) assert.ok(!/\p{Cc}/u.test(event.summary + JSON.stringify(event.detail)), event.summary);
});
