/** Turns the options of `muster run` and `muster schedule add` into the options of a playbook run. */
import { readFileSync } from "node:fs";
import type { RunOptions } from "../../contract/jobs/run-options.ts";
import { VariableValue } from "../../contract/machines/inventory.ts";
import { explain } from "../../errors/errors.ts";
import { CommandFailure } from "../failure.ts";

export interface OptionWords {
  tags?: string;
  skipTags?: string;
  var: string[];
  varsFile?: string;
}

export const collect = (word: string, before: string[]): string[] => [...before, word];

export function runOptionsOf({ tags, skipTags, var: words, varsFile }: OptionWords): RunOptions {
  const variables = { ...(varsFile === undefined ? {} : variablesIn(varsFile)), ...Object.fromEntries(words.map(variableOf)) };
  return {
    ...(tags !== undefined && { tags: listOf(tags) }),
    ...(skipTags !== undefined && { skip_tags: listOf(skipTags) }),
    ...(Object.keys(variables).length > 0 && { variables }),
  };
}

const listOf = (text: string): string[] => text.split(",").map((each) => each.trim());

function variableOf(word: string): [string, VariableValue] {
  const [, name = "", json, text = ""] = /^([^=:]+)(:)?=(.*)$/s.exec(word) ?? [];
  if (name === "") throw wrong(`--var: ${word} is not name=text or name:=json`);
  return [name, json === undefined ? text : valueIn(text, `--var: ${name}`)];
}

function variablesIn(file: string): Record<string, VariableValue> {
  const all = valueIn(readText(file), `--vars-file: ${file}`);
  if (typeof all !== "object" || Array.isArray(all)) throw wrong(`--vars-file: ${file} is no JSON object with a value for each variable`);
  return all;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw wrong(`--vars-file: cannot read ${file}: ${explain(cause)}`);
  }
}

function valueIn(text: string, what: string): VariableValue {
  const value = VariableValue.safeParse(parsed(text, what));
  if (value.success) return value.data;
  throw wrong(`${what} has no valid JSON value: ${value.error.issues[0]?.message}`);
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(`${what} has no valid JSON value: ${explain(error)}`);
  }
}

const wrong = (message: string) =>
  new CommandFailure(
    "USAGE",
    message,
    "Write --var name=text for a text, --var name:=3 for a number, or use --vars-file with a JSON object.",
  );
