/** The pages refer to files, sections, commands, options, routes and configuration keys that exist. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Config } from "../../daemon/config/config.ts";
import { routes } from "../../daemon/contract/routes.ts";
import { commandOf, configKeys, optionsOf, program } from "./known-words.ts";

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
      for (const [option] of rest.join(" ").matchAll(/(?<=^|\s)--[a-z-]+/g))
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

  test(`${page}: configuration keys exist`, () => {
    const sections = Object.keys(Config.shape).join("|");
    for (const code of inlineCodeOf(page)) {
      const key = new RegExp(`^(${sections})\\.[a-z_.]+(?=: |$)`).exec(code)?.[0];
      if (key) assert.ok(configKeys.has(key), key);
    }
  });
}
