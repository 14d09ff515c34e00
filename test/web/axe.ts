/** Checks the page against WCAG 2.2 AA as far as a program can. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")))`,
  );
  assert.deepEqual(found, [], what);
}
