/** Creates invented proposals, approvals, executions and daemon logs, for pictures of the page. */
import type { StepResult } from "../../daemon/contract/changes/execution.ts";
import type { Proposal } from "../../daemon/contract/changes/plan.ts";
import { newAlert } from "../../test/support/alerts.ts";
import { person, wish } from "../../test/support/changes/changes.ts";
import type { Mission } from "../../test/web/mission.ts";

const maria = person("maria");
const jonas = person("jonas");
const scopes = { rack1: "prod", rack2: "staging", rack3: "dev" } as const;

export function govern(world: Mission): void {
  for (const { name } of world.nodes.list()) world.groups.set(name, [scopes[name.slice(0, 5) as keyof typeof scopes] ?? "dev"]);
  const look = wish("disk_usage", ["rack1-n1", "rack1-n2", "rack1-n3"], { path: "/" }, { reason: "the weekly check" });
  finish(world, world.desk.propose(look, maria).execution?.id, fileSystem);
  const restart = ask(world, "service_restart", ["rack1-n4"], { unit: "ssh.service" }, "new logins hang since 9:40");
  world.desk.vote(restart, { answer: "approve", reason: "seen it too" }, jonas);
  finish(world, world.executions.ofPlan(world.desk.approval(restart).approval.planId)?.id, () => "");
  const reboot = ask(world, "reboot", ["rack1-n7"], {}, "kernel update");
  world.desk.vote(reboot, { answer: "deny", reason: "not before tonight: exports run on it until six" }, jonas);
  ask(world, "service_restart", ["rack2-n11", "rack2-n12"], { unit: "chrony.service" }, "their clocks are 40 ms off");
  ask(world, "reboot", ["rack1-n5"], {}, "its kernel is older than the others'");
  alert(world);
  writeLog(world);
}

function ask(world: Mission, tool: string, targets: string[], parameters: Record<string, string>, reason: string): string {
  const { approval, work } = world.desk.propose(wish(tool, targets, parameters, { reason }) satisfies Proposal, maria);
  if (!approval) throw new Error(`${tool} needs no approval: ${work.decision.reasons.join(", ")}`);
  return approval.id;
}

/** Ends an execution with the result that the executor would report. */
function finish(world: Mission, executionId: string | undefined, output: (node: string, index: number) => string): void {
  if (executionId === undefined) throw new Error("nothing was queued");
  const { plan } = world.desk.plan(world.desk.execution(executionId).planId).work;
  const startedAt = new Date(Date.now() - 4000).toISOString();
  const steps = plan.steps.map(
    ({ id, target }, index): StepResult => ({
      id,
      ...(target !== undefined && { target }),
      status: "succeeded",
      startedAt,
      endedAt: new Date(Date.now() - 3000 + index * 400).toISOString(),
      exitCode: 0,
      output: output(target ?? "", index),
    }),
  );
  for (const step of steps) world.desk.receive({ type: "step", executionId, step });
  world.desk.receive({ type: "executed", executionId, status: "succeeded", steps });
}

const fileSystem = (_: string, index: number) =>
  `Filesystem     Type  Size  Used Avail Use% Mounted on\n/dev/sda2      ext4  ${110 + index}G   ${9 + index * 3}G  ${95 - index * 3}G  ${9 + index * 3}% /\n`;

function alert(world: Mission): void {
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  world.alerts.raise(newAlert("failed-logins", "12 logins from 10.77.0.31 were refused within 5 minutes"), at(95), false);
  world.alerts.raise(
    newAlert("node-failures", "3 of 26 nodes failed within an hour: rack1-n6, rack1-n9 and rack2-n17", "rack1-n6", "rack1-n9", "rack2-n17"),
    at(12),
    false,
  );
}

function writeLog(world: Mission): void {
  const control = world.log.of("control");
  const netboot = world.log.of("netboot");
  control.info({ part: "api" }, "listening on 10.77.0.1:8000");
  netboot.info({ part: "dhcp", interface: "eth1" }, "answering as the only DHCP server of 10.77.0.0/24");
  for (let index = 15; index <= 18; index++) {
    const mac = `52:54:00:4d:01:${index.toString(16).padStart(2, "0")}`;
    netboot.info({ part: "dhcp", mac }, `offered 10.77.0.${index + 10} and undionly.kpxe`);
    netboot.info({ part: "tftp", mac }, "undionly.kpxe: 71137 bytes in 0.1 s");
    netboot.info({ part: "http", mac }, "boot script: the installer");
  }
  netboot.warn({ part: "dhcp" }, "another DHCP server answers at 10.77.0.254 (00:11:22:33:44:55)");
  world.log.of("executor").info({ part: "runs" }, "rack2-n19: configuring, 1 of 4 runs in progress");
  control.error({ part: "jobs" }, "rack1-n9: common : Set the time zone failed: no such file");
}
