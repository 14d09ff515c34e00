/** A real browser on a freshly built page. It collects faults that may not occur on any page. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";

const executablePath = "/usr/bin/chromium";
const web = join(import.meta.dirname, "../../web");

/** The reason why there is no browser. Undefined if there is one. */
export const noBrowser = existsSync(executablePath) ? undefined : `${executablePath} is not installed`;

export interface Visitor {
  pageRoot: string;
  /** A page of its own, with cookies of its own. */
  visit(url: string): Promise<Page>;
  /** Closes every page. An open page would send requests to a stopped server. */
  leave(): Promise<void>;
  /** Failed scripts, opened dialogs, and violations of the content security policy. */
  troubles: string[];
  close(): Promise<void>;
}

export async function startBrowser(): Promise<Visitor> {
  const pageRoot = await mkdtemp(join(tmpdir(), "muster-page-"));
  // Not to web/dist: a running daemon may serve that one.
  await build({ root: web, logLevel: "error", build: { outDir: pageRoot, emptyOutDir: true } });
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const troubles: string[] = [];
  return {
    pageRoot,
    troubles,
    visit: async (url) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on("pageerror", (error) => troubles.push(error.message));
      page.on("dialog", (dialog) => {
        troubles.push(`a dialog opened: ${dialog.message()}`);
        void dialog.dismiss();
      });
      // A violation inside a try block reaches no log, only this event.
      await page.addInitScript(
        `addEventListener("securitypolicyviolation", (event) => console.error("policy violated:", event.violatedDirective, event.blockedURI))`,
      );
      page.on("console", (message) => {
        if (/content security policy|policy violated/i.test(message.text())) troubles.push(message.text());
      });
      await page.goto(url);
      return page;
    },
    leave: async () => {
      for (const context of browser.contexts()) await context.close();
    },
    close: async () => {
      await browser.close();
      await rm(pageRoot, { recursive: true, force: true });
    },
  };
}
