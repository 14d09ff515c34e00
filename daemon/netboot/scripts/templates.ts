/** Renders the files for machines from templates. Every value is quoted for the language of the file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Liquid } from "liquidjs";

const folder = join(import.meta.dirname, "templates");
const engine = new Liquid({
  root: folder,
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  greedy: false,
  jsTruthy: true,
});

function oneLine(value: unknown): string {
  const text = String(value);
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) throw new Error(`a control character in ${JSON.stringify(text.slice(0, 60))}`);
  return text;
}

/**
 * iPXE has no quoting. Therefore this filter refuses characters that expand a variable, or that separate or continue
 * commands.
 */
engine.registerFilter("ipxe", (value: unknown) => {
  const text = oneLine(value);
  if (/\$\{|\|\||&&|["'\\#]/.test(text)) throw new Error(`not for an iPXE script: ${text.slice(0, 60)}`);
  return text;
});
/** The filter for displayed text replaces unsafe characters. */
engine.registerFilter("ipxe_text", (value: unknown) =>
  String(value)
    .replace(/[^A-Za-z0-9 .,:;()/_+-]/g, " ")
    .slice(0, 160),
);
/**
 * GRUB expands nothing between single quotes. A single quote in the value would end the quoted text, so this filter
 * refuses single quotes.
 */
engine.registerFilter("grub", (value: unknown) => {
  const text = oneLine(value);
  if (text.includes("'")) throw new Error(`not for GRUB: ${text.slice(0, 60)}`);
  return /^[A-Za-z0-9_.:,()/+=-]+$/.test(text) ? text : `'${text}'`;
});
/**
 * debconf reads a value to the end of the line. A backslash at the end would join the next line to the value, so this
 * filter refuses the backslash.
 */
engine.registerFilter("preseed", (value: unknown) => {
  const text = oneLine(value);
  if (text.endsWith("\\")) throw new Error("a backslash at the end of a preseed line");
  return text;
});
engine.registerFilter("sh", (value: unknown) => `'${oneLine(value).replaceAll("'", `'\\''`)}'`);
engine.registerFilter("json_text", (value: unknown) => JSON.stringify(value));

/**
 * Renders a template. All templates are part of the program. The template is read and parsed at each use, because
 * machines boot rarely.
 */
export function render(template: string, values: Record<string, unknown>): string {
  return engine.parseAndRenderSync(templateText(template), values);
}

export const templateText = (name: string): string => readFileSync(join(folder, name), "utf8");
