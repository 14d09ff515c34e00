/** docs/admin.md lists every metric of a scrape, in the words of the scrape. MUSTER_WRITE_DOCS=1 rewrites the table. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "../support/dhcp/served.ts";

const page = join(import.meta.dirname, "../../docs/admin.md");

test("docs/admin.md lists every metric, and no other", async (t) => {
  const served = await serve(t);
  const { text: scrape } = await served.request("/metrics", { key: served.key("node") });
  const kinds = new Map([...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", kind = ""]) => [name, kind]));
  const helps = [...scrape.matchAll(/^# HELP (\S+) (.+)$/gm)].toSorted(([, a = ""], [, b = ""]) => (a < b ? -1 : 1));
  assert.ok(helps.length > 20);
  const rows = helps.map(([, name = "", help]) => `| \`${name}\` | ${kinds.get(name)} | ${help}. |`);
  const wanted = `${["| metric | kind | meaning |", "|---|---|---|", ...rows].join("\n")}\n`;
  const text = readFileSync(page, "utf8");
  const begin = "<!-- metrics -->\n";
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf("<!-- /metrics -->")];
  assert.ok(from >= begin.length && to >= from, "the page marks where the metrics are");
  if (process.env.MUSTER_WRITE_DOCS) writeFileSync(page, text.slice(0, from) + wanted + text.slice(to));
  else assert.equal(text.slice(from, to), wanted, "run this test with MUSTER_WRITE_DOCS=1");
});
