/** Opens Mission Control: one browser per test file, a new daemon and a new page per test. */
import assert from "node:assert/strict";
import { after, before, type TestContext } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Role } from "../../daemon/contract/admin/key.ts";
import type { Job } from "../../daemon/contract/jobs/job.ts";
import type { NodeState } from "../../daemon/contract/machines/node.ts";
import { noBrowser, startBrowser, type Visitor } from "./browser.ts";
import { type Mission, startMission } from "./mission.ts";

/** Options for every browser test. Without a browser the test is skipped with the reason. */
export const options = noBrowser === undefined ? {} : { skip: noBrowser };

/** An instant long ago. */
export const at = "2026-01-02T03:04:05.000Z";

export interface Tour {
  visitor: () => Visitor;
  mission(t: TestContext): Promise<Mission>;
  /** Logged in and live. */
  enter(world: Mission, role?: Role, hash?: string): Promise<Page>;
}

export function tour(): Tour {
  let visitor: Visitor | undefined;
  before(async () => {
    if (noBrowser === undefined) visitor = await startBrowser();
    else console.log(`skipped: ${noBrowser}`);
  });
  after(async () => {
    await visitor?.close();
  });
  const present = () => {
    assert(visitor);
    return visitor;
  };
  return {
    visitor: present,
    mission: async (t) => {
      const { pageRoot, leave, troubles } = present();
      const started = await startMission(pageRoot);
      t.after(() => leave());
      t.after(() => started.stop());
      t.after(() => assert.deepEqual(troubles.splice(0), []));
      return started;
    },
    enter: async (world, role = "operator", hash = "") => {
      const page = await present().visit(world.url + hash);
      await logIn(page, world.key(role));
      await page.getByText("Live", { exact: true }).waitFor();
      return page;
    },
  };
}

export async function logIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Log in" }).click();
}

export const card = (page: Page, name: string): Locator => page.locator(`[data-node="${name}"]`);
export const phaseOf = (page: Page, name: string, phase: NodeState["phase"]): Locator =>
  card(page, name).locator(`[data-phase="${phase}"]`);

/** The reason of a disabled control, as a screen reader announces it after the name. */
export async function reasonOf(page: Page, button: Locator): Promise<string> {
  const id = (await button.getAttribute("aria-describedby")) ?? "none";
  return (await page.locator(`[id="${id}"]`).textContent()) ?? "";
}

/** Survives everything but a reload. */
export const mark = (page: Page): Promise<unknown> => page.evaluate("window.notReloaded = true");
export const assertNotReloaded = async (page: Page): Promise<void> => assert.equal(await page.evaluate("window.notReloaded"), true);

export function startJob(
  world: Mission,
  nodeId: string,
  nodeName: string,
  what: Pick<Job, "playbook" | "purpose"> = { playbook: "site.yml" },
): string {
  const id = `${nodeName}-job`;
  const job = { id, kind: "ansible", ...what, nodeId, nodeName, attempt: 1, requestedBy: "test", createdAt: at } as const;
  world.jobs.add({ ...job, status: "queued" });
  world.jobs.save({ ...job, status: "running", startedAt: at });
  world.events.append({ source: "control", type: "job.started", summary: "site.yml started", nodeId, jobId: id });
  return id;
}
