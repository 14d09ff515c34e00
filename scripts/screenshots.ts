/** `npm run screenshots` takes pictures of every page, both wide and narrow, in light and dark colours. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { startBrowser } from "../test/web/browser.ts";
import { startMission } from "../test/web/mission.ts";
import { answer } from "./lab/answer.ts";
import { inhabit } from "./screenshots/fleet.ts";
import { govern } from "./screenshots/governing.ts";
import { lease, places as network } from "./screenshots/network.ts";
import { goTo, places } from "./screenshots/places.ts";

const usage = `usage: npm run screenshots -- [options]

Takes a picture of every page in two widths and two colour schemes. Without --url it uses an invented fleet.

  --url URL   URL of a running daemon, such as a lab's
  --key KEY   an API key of that daemon (or MUSTER_KEY)
  --out DIR   output folder (default .cache/screenshots)
`;

interface Wanted {
  url: string | undefined;
  key: string | undefined;
  out: string;
}

const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;

process.exitCode = await answer({ name: "npm run screenshots", usage, read: readArguments }, main);
process.exit();

function readArguments(args: string[]): Wanted | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args, options: { url: text, key: text, out: text, help: { type: "boolean", short: "h" } } });
  if (values.help) return undefined;
  const key = values.key ?? process.env.MUSTER_KEY;
  if (values.url !== undefined && key === undefined) throw new Error("--url also needs --key or MUSTER_KEY");
  return { url: values.url, key, out: resolve(values.out ?? ".cache/screenshots") };
}

async function main({ url, key, out }: Wanted): Promise<number> {
  await mkdir(out, { recursive: true });
  const visitor = await startBrowser();
  try {
    const world = url === undefined ? await startMission(visitor.pageRoot, network) : undefined;
    if (world) {
      await inhabit(world);
      lease(world);
      govern(world);
    }
    try {
      const secret = world?.keys.create("ines", "admin", new Date()).secret ?? key ?? "";
      const taken = await takeAll(visitor.visit, (world?.url ?? url ?? "").replace(/\/*$/, "/"), secret, out);
      process.stdout.write(`${taken} pictures in ${out}\n`);
    } finally {
      await visitor.leave();
      await world?.stop();
    }
    for (const trouble of visitor.troubles) process.stderr.write(`${trouble}\n`);
    return visitor.troubles.length === 0 ? 0 : 1;
  } finally {
    await visitor.close();
  }
}

async function takeAll(visit: (url: string) => Promise<Page>, url: string, key: string, out: string): Promise<number> {
  const page = await visit(url);
  let taken = 0;
  const everyWay = async (name: string) => {
    for (const [size, viewport] of Object.entries(sizes))
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        // Charts and tables need a moment to adapt to a change of width.
        await page.waitForTimeout(200);
        await page.screenshot({ path: join(out, `${name}-${size}-${colorScheme}.png`) });
        taken += 1;
      }
  };
  await page.getByLabel("API key").waitFor();
  await everyWay("login");
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
  for (const place of places) if (await goTo(page, url, place)) await everyWay(place.name);
  return taken;
}
