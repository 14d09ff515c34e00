/** The first load of the page: small, from this server, and allowed by the content security policy. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const web = join(import.meta.dirname, "../../../web");

test("the first load is under 300 kB compressed, the plots come later, and nothing is fetched from elsewhere", async (t) => {
  const out = await mkdtemp(join(tmpdir(), "muster-first-load-"));
  t.after(() => rm(out, { recursive: true, force: true }));
  await build({ root: web, logLevel: "error", build: { outDir: out, emptyOutDir: true } });
  const html = await readFile(join(out, "index.html"), "utf8");
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name ?? "");
  for (const file of files) assert.match(file, /^\/[^/]/, "from here");
  assert.doesNotMatch(html, /<style|<script(?![^>]*src=)|\sstyle=|\son\w+=/);

  const bodies = await Promise.all(files.map((file) => readFile(join(out, file))));
  const bytes = [Buffer.from(html), ...bodies].reduce((sum, body) => sum + gzipSync(body).length, 0);
  t.diagnostic(`${Math.round(bytes / 1000)} kB in ${files.length + 1} files`);
  assert.ok(bytes < 300_000, `${bytes} bytes`);
  const scripts = bodies.map((body) => body.toString("utf8"));
  assert.ok(
    scripts.every((script) => !script.includes("u-legend")),
    "uPlot is not among them",
  );
  assert.ok(scripts.some((script) => /trends-page-[\w-]+\.js/.test(script)));
});
