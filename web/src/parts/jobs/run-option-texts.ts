/** Turns the texts of the form for a playbook run into the options of the run. Pure. */
import type { DeclaredVariable } from "../../../../daemon/contract/jobs/declared-variable.ts";
import type { Playbook } from "../../../../daemon/contract/jobs/playbook.ts";
import type { RunOptions } from "../../../../daemon/contract/jobs/run-options.ts";

export interface OptionTexts {
  tags: string;
  skipTags: string;
  /** A JSON object, for a playbook that declares no variables. */
  variables: string;
  /** The texts of declared variables by name. */
  declared: Readonly<Record<string, string>>;
}

export const noTexts: OptionTexts = { tags: "", skipTags: "", variables: "", declared: {} };

export type ReadOptions = { options: RunOptions } | { problem: string };

export function readOptions(
  { tags, skipTags, variables, declared }: OptionTexts,
  playbook: Pick<Playbook, "variables"> | undefined,
): ReadOptions {
  try {
    const given = playbook?.variables
      ? Object.fromEntries(
          Object.entries(playbook.variables).flatMap(([name, variable]) => declaredValue(name, variable, declared[name]?.trim() ?? "")),
        )
      : objectIn(variables);
    const [some, others] = [listOf(tags), listOf(skipTags)];
    return {
      options: {
        ...(some.length > 0 && { tags: some }),
        ...(others.length > 0 && { skip_tags: others }),
        ...(Object.keys(given).length > 0 && { variables: given }),
      },
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

type Variables = NonNullable<RunOptions["variables"]>;

function objectIn(text: string): Variables {
  if (text.trim() === "") return {};
  const value: unknown = parsed("Extra variables", text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error('Extra variables: write an object, such as {"count": 3}');
  return value as Variables;
}

function declaredValue(name: string, variable: DeclaredVariable, text: string): [string, Variables[string]][] {
  if ("secret" in variable || text === "") return [];
  return [[name, variable.type === "string" ? text : (parsed(name, text) as Variables[string])]];
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name}: this is no JSON value`);
  }
}
