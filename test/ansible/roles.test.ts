/** Every setting of a role is described. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

const directory = join(import.meta.dirname, "../../ansible");
const roles = readdirSync(join(directory, "roles"));
const read = (...names: string[]): unknown => parse(readFileSync(join(directory, "roles", ...names), "utf8"));
const names = (value: unknown): string[] => Object.keys(value as object);

for (const role of roles) {
  test(`every setting of ${role} is described, and carries the role's name`, () => {
    const { argument_specs } = read(role, "meta/argument_specs.yaml") as { argument_specs: Record<string, { options: object }> };
    const described = new Set(Object.values(argument_specs).flatMap(({ options }) => names(options)));
    const file = join(role, "defaults/main.yaml");
    const settings = existsSync(join(directory, "roles", file)) ? names(read(file)) : [];
    for (const setting of settings) assert(described.has(setting), `${setting} is not described in ${role}/meta/argument_specs.yaml`);
    for (const setting of described) assert(setting.startsWith(`${role}_`), `${setting} may be another role's`);
  });
}
