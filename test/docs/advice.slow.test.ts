/** The messages and hints of the program name commands, options and configuration keys that exist. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseSync } from "oxc-parser";
import { Config } from "../../daemon/config/config.ts";
import { movedKeys } from "../../daemon/config/moved-keys.ts";
import { commandOf, configKeys, optionsOf, program } from "./known-words.ts";

const root = join(import.meta.dirname, "../..");

const files = ["daemon", "web/src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`),
);

/** The texts of a program: string literals, the constant parts of templates, and the text of elements. */
function textsOf(file: string): string[] {
  const { program: tree } = parseSync(file, readFileSync(join(root, file), "utf8"));
  const texts: string[] = [];
  JSON.stringify(tree, (_, node) => {
    if (node?.type === "Literal" && typeof node.value === "string") texts.push(node.value);
    // A value is not known here, so a mark that is no option takes its place.
    if (node?.type === "TemplateLiteral") texts.push(node.quasis.map((part: { value: { cooked: string } }) => part.value.cooked).join("…"));
    if (node?.type === "JSXText") texts.push(node.value);
    return typeof node === "bigint" ? undefined : node;
  });
  return texts;
}

const texts = files.flatMap((file) => textsOf(file).map((text) => ({ file, text })));

test("every command that a text names in backquotes exists, with its options", () => {
  const named = texts.flatMap(({ file, text }) => [...text.matchAll(/`muster ([^`]+)`/g)].map(([, code = ""]) => ({ file, code })));
  assert(named.length > 40, `${named.length} commands are named`);
  for (const { file, code } of named) {
    if (/^[<[…-]/.test(code)) continue;
    const { command, rest } = commandOf(code.split(/[\s,|]+/));
    assert.notEqual(command, program, `${file}: muster ${code}: no such command`);
    for (const [option] of rest.join(" ").matchAll(/(?<=^|\s)--[a-z0-9-]+/g))
      assert(option === "--help" || optionsOf(command).includes(option), `${file}: muster ${code}: no option ${option}`);
  }
});

test("every configuration key that a text names exists", () => {
  const sections = Object.keys(Config.shape).join("|");
  const pattern = new RegExp(`(?<![\\w./"-])(?:${sections})\\.[a-z_]+(?:\\.[a-z_]+)*(?![\\w(/.]|-)`, "g");
  // SQL names the columns of a table in the same way.
  const named = texts
    .filter(({ file, text }) => !file.startsWith("daemon/store/") && / /.test(text))
    .flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([key]) => ({ file, key })))
    .filter(({ key }) => !key.endsWith(".ndjson"));
  assert(named.length > 20, `${named.length} keys are named`);
  const missing = named.filter(({ key }) => !configKeys.has(key)).map(({ file, key }) => `${file}: ${key}`);
  assert.deepEqual(missing, []);
});

test("no text names a configuration key by its earlier place", () => {
  const old = movedKeys.flatMap(({ from, to }) =>
    [...configKeys].filter((key) => key.startsWith(`${to}.`) || key === to).map((key) => `${from}${key.slice(to.length)}`),
  );
  const words = old.filter((key) => key.includes(".")).map((key) => new RegExp(`(?<![\\w./"-])${key.replaceAll(".", "\\.")}(?![\\w.(]|-)`));
  assert(words.length > 30);
  const named = texts
    .filter(({ file, text }) => / /.test(text) && file !== "daemon/config/moved-keys.ts" && !file.startsWith("daemon/store/"))
    .filter(({ text }) => words.some((word) => word.test(text)));
  assert.deepEqual(named, []);
});
