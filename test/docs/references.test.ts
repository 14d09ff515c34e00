/** The pages refer to files, sections, commands, options, routes, configuration keys, states and metrics that exist. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Config } from "../../daemon/config/config.ts";
import { routes } from "../../daemon/contract/routes.ts";
import { allOptions, commandOf, configKeys, optionsOf, program, states } from "./known-words.ts";
import { blocksOf, configKeysNamed, loneOptions, metricsNamed, statesNamed } from "./named-words.ts";

const root = join(import.meta.dirname, "../..");
const pages = ["README.md", "CHANGELOG.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);
const text = (page: string) => readFileSync(join(root, page), "utf8");

const inlineCodeOf = (page: string) => [...text(page).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

/** Inline code and the lines of code blocks. */
function codeOf(page: string): string[] {
  const lines = text(page)
    .split("\n")
    .filter((line) => /^ {4}/.test(line));
  return [...inlineCodeOf(page), ...lines.map((line) => line.trim().replace(/\s+#.*$/, ""))];
}

const sections = Object.keys(Config.shape);

/** The table of metrics, which another test compares with a scrape. */
const metrics: ReadonlySet<string> = new Set([...text("docs/admin.md").matchAll(/^\| `(muster_\w+)` \|/gm)].map(([, name = ""]) => name));

/** The anchor that GitHub makes of a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (page: string) => [...text(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading));

for (const page of pages) {
  test(`${page}: links and sections exist`, () => {
    for (const [, target = ""] of text(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = "", section] = target.split("#");
      const linked = file === "" ? page : join(dirname(page), file);
      assert.ok(existsSync(join(root, linked)), target);
      if (section !== undefined) assert.ok(anchorsOf(linked).includes(section), `${target}: no such section`);
    }
  });

  test(`${page}: files of the tree exist`, () => {
    const paths = codeOf(page).flatMap((code) => code.match(/(?<![\w./-])(daemon|docs|test|scripts|pxe|web|ansible)\/[\w./-]*\w/g) ?? []);
    for (const path of paths) assert.ok(existsSync(join(root, path)), path);
  });

  test(`${page}: commands and options exist`, () => {
    for (const code of codeOf(page).filter((line) => line.startsWith("muster "))) {
      const { command, rest } = commandOf(code.split(/[\s,|]+/).slice(1));
      if (/^muster (--|<command>)/.test(code)) continue;
      assert.notEqual(command, program, `${code}: no such command`);
      for (const [option] of rest.join(" ").matchAll(/(?<=^|\s)--[a-z0-9-]+/g))
        assert.ok(option === "--help" || optionsOf(command).includes(option), `${code}: no option ${option}`);
    }
  });

  test(`${page}: routes exist`, () => {
    const known: string[] = [...Object.values(routes).map(({ path }) => path), "/api/openapi.json"];
    const shapes = known.map((path) => new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`));
    for (const path of codeOf(page).flatMap((code) => code.match(/(?<![\w:])\/api\/[\w/{}:<>.-]*[\w}>]/g) ?? []))
      assert.ok(
        shapes.some((shape) => shape.test(path)),
        path,
      );
  });

  test(`${page}: routes exist with their method`, () => {
    const known = Object.values(routes).map(({ method, path }) => new RegExp(`^${method} ${path.replaceAll(/:\w+/g, "[^/]+")}$`));
    for (const [route] of text(page).matchAll(/\b(?:GET|POST|PUT|PATCH|DELETE) \/[\w/{}:<>.-]*[\w}>]/g))
      assert.ok(
        known.some((shape) => shape.test(route)),
        route,
      );
  });

  test(`${page}: configuration keys exist`, () => {
    const sections = Object.keys(Config.shape).join("|");
    for (const code of inlineCodeOf(page)) {
      const key = new RegExp(`^(${sections})\\.[a-z_.]+(?=: |$)`).exec(code)?.[0];
      if (key) assert.ok(configKeys.has(key), key);
    }
  });

  test(`${page}: configuration keys in blocks of code exist`, () => {
    for (const key of configKeysNamed(text(page), sections, configKeys)) assert.ok(configKeys.has(key), key);
  });

  test(`${page}: states exist`, () => {
    for (const state of statesNamed(text(page))) assert.ok(states.has(state), `there is no state ${state}`);
  });

  test(`${page}: metrics exist`, () => {
    for (const metric of metricsNamed(text(page))) assert.ok(metrics.has(metric), metric);
  });

  test(`${page}: options without a command exist`, () => {
    for (const option of loneOptions(text(page))) assert.ok(allOptions.has(option), option);
  });
}

test("a page that names a wrong key, state, metric or option is found", () => {
  const page = [
    "The states `queued`, `half-done` and `failed` differ. In the phase",
    "`asleep` it waits.",
    "",
    "| state | meaning |",
    "|---|---|",
    "| `interrupted-twice` | x |",
    "",
    "    jobs:",
    "      ansible: { concurency: 3 }",
    "",
    "Read `muster_queue_lenght` and `muster_jobs`. Use `--no-such-option`.",
    "",
  ].join("\n");
  const wrong = (named: string[], known: ReadonlySet<string>) => named.filter((word) => !known.has(word));
  assert.deepEqual(wrong(statesNamed(page), states), ["half-done", "asleep", "interrupted-twice"]);
  assert.deepEqual(wrong(configKeysNamed(page, sections, configKeys), configKeys), ["jobs.ansible.concurency"]);
  assert.deepEqual(wrong(metricsNamed(page), metrics), ["muster_queue_lenght"]);
  assert.deepEqual(wrong(loneOptions(page), allOptions), ["--no-such-option"]);
  assert.equal(blocksOf(page).length, 1);
});

test("the pages name enough words that a fault of this test would show", () => {
  const all = pages.map(text).join("\n");
  assert.ok(statesNamed(all).length > 30, `${statesNamed(all).length} states`);
  assert.ok(metricsNamed(all).length > 30);
  assert.ok(configKeysNamed(all, sections, configKeys).length > 20, `${configKeysNamed(all, sections, configKeys).length} keys`);
  assert.ok(loneOptions(all).length > 20);
});
