/** Lists all views of the page that are photographed. For a new page, add a line here. */
import type { Page } from "playwright-core";

interface Place {
  name: string;
  hash: string;
  /** The selectors of links to pages whose address contains an id. The first link that exists is opened. */
  links?: readonly string[];
  /** Performs actions on the page before the picture is taken. */
  prepare?: (page: Page) => Promise<void>;
}

export const places: readonly Place[] = [
  { name: "fleet", hash: "#/" },
  { name: "table", hash: "#/?view=table" },
  { name: "marked", hash: "#/?view=table", prepare: (page) => page.getByLabel("Select all shown").check() },
  { name: "racks", hash: "#/rack" },
  { name: "node", hash: "#/", links: [".card h3 a"] },
  { name: "jobs", hash: "#/jobs" },
  { name: "job", hash: "#/jobs", links: [".job-row.tone-bad .job-name", ".job-name"] },
  { name: "approvals", hash: "#/approvals" },
  { name: "approval", hash: "#/approvals", links: ["a[href^='#/approvals/']"] },
  { name: "executions", hash: "#/executions" },
  { name: "execution", hash: "#/executions", links: ["a[href^='#/executions/']"] },
  { name: "audit", hash: "#/audit" },
  { name: "network", hash: "#/network" },
  { name: "trends", hash: "#/trends" },
  { name: "log", hash: "#/log" },
  { name: "alerts", hash: "#/alerts" },
  { name: "doctor", hash: "#/doctor" },
  { name: "settings", hash: "#/settings" },
  { name: "palette", hash: "#/", prepare: (page) => page.keyboard.press("Control+k") },
  { name: "lost", hash: "#/nowhere" },
];

/** Returns false if none of the links exists, for example because the fleet has no job yet. */
export async function goTo(page: Page, url: string, { hash, links, prepare }: Place): Promise<boolean> {
  await page.goto("about:blank");
  await page.goto(`${url}${hash}`);
  await page.locator("main").waitFor();
  await settle(page);
  if (links !== undefined && !(await follow(page, links))) return false;
  await prepare?.(page);
  return true;
}

async function follow(page: Page, links: readonly string[]): Promise<boolean> {
  for (const link of links) {
    const found = page.locator("main").locator(link).first();
    if ((await found.count()) === 0) continue;
    await found.click();
    await settle(page);
    return true;
  }
  return false;
}

/** Waits for the data that the page requests when it opens. */
const settle = (page: Page) => page.waitForTimeout(600);
