/** The declaration of an extra variable in the header of a playbook. */
import * as z from "zod";
import { RunVariableName } from "./run-options.ts";

const SecretName = z.string().regex(/^[a-z][a-z0-9_]{0,60}$/, "is not a secret's name: lower-case letters, digits and underscores");
const Description = z.string().min(1).max(300);

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

/** The executor adds the value of a secret. A caller cannot give it, so no record contains it. */
export const SecretVariable = z.strictObject({ secret: SecretName, description: Description.optional() });

export const TypedVariable = z.strictObject({
  type: z.enum(["string", "integer", "number", "boolean", "list", "object"]),
  description: Description.optional(),
  required: z.boolean().default(false),
  /** The bounds of a number, of the length of a text, or of the number of entries. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** A regular expression that must match the whole text. */
  pattern: z.string().max(500).refine(isPattern, "is not a regular expression").optional(),
  choices: z
    .array(z.union([z.string().max(200), z.number()]))
    .min(1)
    .max(100)
    .optional(),
  /** The type of each entry of a list. */
  items: z.enum(["string", "integer", "number", "boolean"]).optional(),
});
export type TypedVariable = z.output<typeof TypedVariable>;

export const DeclaredVariable = z.union([SecretVariable, TypedVariable]);
export type DeclaredVariable = z.output<typeof DeclaredVariable>;

export const DeclaredVariables = z
  .record(RunVariableName, DeclaredVariable)
  .refine((all) => Object.keys(all).length <= 50, "declares more than 50 variables");
export type DeclaredVariables = z.output<typeof DeclaredVariables>;
