/** A real browser on a freshly built page. It collects faults that may not occur on any page. */
import { existsSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { PATIENCE_MS } from "../support/until.ts";

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
  page ??= buildPage();
  const pageRoot = await page;
  const browser = await takeBrowser();
  const troubles: string[] = [];
  const contexts: BrowserContext[] = [];
  const leave = async () => {
    for (const context of contexts.splice(0)) await context.close();
  };
  return {
    pageRoot,
    troubles,
    leave,
    visit: async (url) => {
      const context = await browser.newContext();
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
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
    close: async () => {
      await leave();
      giveBrowserBack();
    },
  };
}

/** The test files of one process share the page and the browser. The browser ends when no file has used it for some seconds. */
let page: Promise<string> | undefined;
let launched: Promise<Browser> | undefined;
let users = 0;
let idle: NodeJS.Timeout | undefined;

async function buildPage(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "muster-page-"));
  process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  // Not to web/dist: a running daemon may serve that one.
  await build({ root: web, logLevel: "error", build: { outDir: root, emptyOutDir: true } });
  return root;
}

async function takeBrowser(): Promise<Browser> {
  users += 1;
  clearTimeout(idle);
  // A browser that crashed fails the file that used it, and no other.
  if (launched && !(await launched).isConnected()) launched = undefined;
  launched ??= chromium.launch({ executablePath, args: ["--no-sandbox"], timeout: PATIENCE_MS });
  return launched;
}

function giveBrowserBack(): void {
  users -= 1;
  if (users > 0) return;
  idle = setTimeout(() => {
    void launched?.then((browser) => browser.close());
    launched = undefined;
  }, 3000);
}
