/** Defines a tool's parameters and checks values against them. */
import * as z from "zod";
import type { Value, Values } from "../../contract/changes/tool.ts";
import { MusterError } from "../../errors/errors.ts";
import { canonical } from "./canonical.ts";
import { isPattern, match } from "./pattern.ts";

/**
 * A host consists of letters, digits and the characters of IPv6 addresses and DNS names. A host may not begin with a
 * dash or contain a character that a shell, a URL or Ansible would interpret.
 */
const HOST = /^[A-Za-z0-9:]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9:])?$/;
const MAX_CHARACTERS = 4096;

const text = z.string().max(500);
export const Parameter = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, "is not a parameter's name: lower-case letters, digits and underscores"),
    description: text.min(1),
    /** `host` means the name or address of a machine. `json` means the JSON text of an object. */
    type: z.enum(["string", "host", "integer", "number", "boolean", "json"]).optional(),
    required: z.boolean().optional(),
    /** A regular expression that must match the whole value. */
    pattern: text.refine(isPattern, "is not a regular expression").optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    enum: z.array(z.string().min(1).max(200)).min(1).max(100).optional(),
    default: z.union([z.string().max(MAX_CHARACTERS), z.number(), z.boolean()]).optional(),
    /** A sample value that is shown to people and used to test the form. */
    example: z.union([z.string().max(MAX_CHARACTERS), z.number(), z.boolean()]).optional(),
  })
  .transform((written) => ({ ...written, type: written.type ?? (written.name === "target" ? ("host" as const) : ("string" as const)) }))
  .superRefine((parameter, context) => {
    const { type, required } = parameter;
    const complain = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const numeric = type === "integer" || type === "number";
    if (!numeric && (parameter.min !== undefined || parameter.max !== undefined)) complain("type", "min and max are for numbers");
    if (type !== "string" && (parameter.pattern !== undefined || parameter.enum !== undefined))
      complain("type", "pattern and enum are for strings");
    if (required === true && parameter.default !== undefined) complain("default", "a required parameter needs none");
    for (const key of ["default", "example"] as const) {
      const value = parameter[key];
      if (value === undefined) continue;
      const checked = checkValue(parameter, value);
      if ("problem" in checked) complain(key, checked.problem);
    }
  });
export type Parameter = z.output<typeof Parameter>;

/**
 * True if values may begin with a dash. To allow a dash, the pattern must begin with a dash or with a character class
 * such as `[-a-z]`.
 */
const allowsDash = (pattern: string | undefined): boolean => pattern !== undefined && /^\^?(\(\?:|\()?(\\?-|\[\\?-)/.test(pattern);

/**
 * True if the possible values of the parameter are limited. Only the value of such a parameter may be next to other
 * text in one word.
 */
export const isNarrow = ({ type, pattern, enum: choices }: Parameter): boolean =>
  type !== "string" || pattern !== undefined || choices !== undefined;

/** Text with spaces and without a leading slash is no path, for example an SQL statement. */
const isPath = (value: string): boolean => value.startsWith("/") || (/^[^\s/]+\//.test(value) && !/\s|:\/\//.test(value));

/**
 * True if the path has only one spelling. A pattern forbids a folder by its spelling, so `/var/log/./installer` must not
 * mean `/var/log/installer`.
 */
function isShortest(path: string): boolean {
  const parts = path.replace(/^\//, "").replace(/\/$/, "").split("/");
  return path === "/" || parts.every((part) => part !== "" && part !== "." && part !== "..");
}

/**
 * Converts a value to the type of its parameter, or returns the problem. Numbers may be given as text, because a
 * command line contains only text.
 */
export function checkValue(parameter: Omit<Parameter, "default" | "example">, given: Value): { value: Value } | { problem: string } {
  const { type, pattern, min, max, enum: choices } = parameter;
  if (type === "boolean") {
    const value = given === "true" ? true : given === "false" ? false : given;
    return typeof value === "boolean" ? { value } : { problem: "is neither true nor false" };
  }
  if (type === "integer" || type === "number") {
    const value = typeof given === "string" && /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given;
    if (typeof value !== "number" || !Number.isFinite(value)) return { problem: "is not a number" };
    if (type === "integer" && !Number.isSafeInteger(value)) return { problem: "is not a whole number" };
    const least = min ?? 0; // a negative number would begin with a dash, like an option
    if (value < least) return { problem: `is below ${least}` };
    return max !== undefined && value > max ? { problem: `is above ${max}` } : { value };
  }
  const value = String(given);
  if (value.length > MAX_CHARACTERS) return { problem: `is longer than ${MAX_CHARACTERS} characters` };
  if (type === "json") return objectIn(value);
  if (/\p{Cc}|\p{Cs}/u.test(value)) return { problem: "holds control characters" };
  if (type === "host") return HOST.test(value) ? { value } : { problem: "is not the name or address of a machine" };
  if (value === "") return { problem: "is empty" };
  if (choices && !choices.includes(value)) return { problem: `is not one of ${choices.join(", ")}` };
  if (value.startsWith("-") && !allowsDash(pattern) && !choices?.includes(value))
    return { problem: "begins with a dash, which would make it an option" };
  if (pattern === undefined) return { value };
  if (isPath(value) && !isShortest(value))
    return { problem: "has an empty part or the part `.`, or leads upwards; write the shortest path" };
  const found = match(pattern, value);
  if (found === "too-slow")
    return { problem: `takes too long to compare with ${pattern}; in the form, repeat nothing inside a repetition` };
  return found === "differs" ? { problem: `does not fit ${pattern}` } : { value };
}

/** Writes the keys in a fixed order, so that equal objects have equal texts. */
function objectIn(text: string): { value: Value } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { value: canonical(value) };
    return { problem: 'is no JSON object, such as {"name":"value"}' };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: `is no JSON: ${error.message}` };
  }
}

/**
 * Checks the given values and adds the defaults. Muster itself sets the parameters in `filled`, such as the target's
 * address. A caller may not set the parameters in `filled`.
 */
export function checkParameters(owner: string, parameters: readonly Parameter[], given: Values, filled: readonly string[] = []): Values {
  const known = parameters.map(({ name }) => name).filter((name) => !filled.includes(name));
  const problems = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) =>
      filled.includes(name)
        ? `${name} is filled in by Muster`
        : `there is no parameter ${name}; ${known.length > 0 ? `known: ${known.join(", ")}` : "it takes none"}`,
    );
  const values: Values = {};
  for (const parameter of parameters) {
    const { name } = parameter;
    if (filled.includes(name)) continue;
    const wanted = Object.hasOwn(given, name) ? given[name] : parameter.default;
    if (wanted === undefined) {
      if (parameter.required) problems.push(`${name} is missing: ${parameter.description}`);
      continue;
    }
    const checked = checkValue(parameter, wanted);
    if ("problem" in checked) problems.push(`${name} ${checked.problem}`);
    else values[name] = checked.value;
  }
  if (problems.length > 0) throw new MusterError("PARAMETER_INVALID", `${owner}: ${problems.join("; ")}`);
  return values;
}
