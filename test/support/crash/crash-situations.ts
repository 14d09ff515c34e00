/**
 * One machine in every situation that a crash of the daemon could harm, and what must hold for each
 * afterwards.
 */
import assert from "node:assert/strict";
import type { NamespaceNode } from "../network/namespace-node.ts";
import type { CrashLab } from "./crash-lab.ts";

export interface Situations {
  armed: NamespaceNode;
  installing: NamespaceNode;
  running: NamespaceNode;
  queued: NamespaceNode;
}

export async function prepare(lab: CrashLab, prefix: string): Promise<Situations> {
  const names = ["armed", "installing", "running", "queued"] as const;
  const [armed, installing, running, queued] = await Promise.all(names.map((name) => lab.armed(`${prefix}-${name}`)));
  assert(armed && installing && running && queued);
  for (const node of [installing, running, queued]) await node.installUpToPartition();
  for (const node of [running, queued]) await node.finishInstall();
  assert.equal(await lab.callHome(running), 202);
  await lab.until("the playbook is at work", () => lab.journal(running.name) === "begin");
  assert.equal(await lab.callHome(queued), 202);
  return { armed, installing, running, queued };
}

/** Checks the state of each situation. */
export async function check(
  lab: CrashLab,
  { armed, installing, running, queued }: Situations,
  expected: { attempt: number; journal: string },
) {
  assert.equal((await lab.node(armed.name)).state.phase, "armed");
  assert.partialDeepStrictEqual((await lab.node(installing.name)).state, { phase: "installing", stage: "partition", attempts: 1 });

  await lab.until("netboot serves", async () => (await installing.answer("install.conf")) !== "");
  await installing.finishInstall();
  assert.equal(await installing.reset(), "disk", "an installed machine is not installed again");

  assert.equal(await armed.powerOn(), "installer");
  assert.partialDeepStrictEqual((await lab.node(armed.name)).state, { phase: "installing", attempts: 1 });
  assert.equal(await armed.reset(), "installer");
  assert.partialDeepStrictEqual((await lab.node(armed.name)).state, { phase: "installing", attempts: 2 });
  assert.equal(await armed.reset(), "disk", "the one retry is used up");
  assert.equal((await lab.node(armed.name)).state.phase, "install-failed");

  assert.equal(await lab.callHome(installing), 202);
  for (const node of [running, queued, installing]) await lab.untilPhase(node.name, "ready");
  assert.partialDeepStrictEqual(await lab.job(running.name), { status: "succeeded", attempt: expected.attempt });
  assert.equal(lab.journal(running.name), expected.journal);
  for (const node of [queued, installing]) {
    assert.partialDeepStrictEqual(await lab.job(node.name), { status: "succeeded", attempt: 1 });
    assert.equal(lab.journal(node.name), "begin end");
  }
  const handedOut = (await lab.events(installing.name)).filter(({ type }) => type === "install.handed-out");
  assert.equal(handedOut.length, 1);
  assert.deepEqual(lab.doubled, []);
  await lab.until("nothing of a run is left", () => lab.runProcesses().length === 0);
}

/** Waits until the API answers again and both other processes are connected. */
export async function untilWhole(lab: CrashLab) {
  await lab.until("all processes work together", async () => {
    const { executor, netboot } = await lab.status();
    return executor === "connected" && netboot.alive;
  });
}
