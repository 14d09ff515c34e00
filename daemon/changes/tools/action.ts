/**
 * Defines the action of a tool form. An action is a command, an HTTP request, a playbook, an Ansible module, or one of
 * Muster's own actions (acts). An action can contain placeholders for values.
 */
import * as z from "zod";

/** One word of a command line, or another text that may contain placeholders. */
export const ActionWord = z.string().min(1).max(2000);

export const RequestAction = z.strictObject({
  verb: z.enum(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]),
  url: ActionWord,
  headers: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,60}$/), z.string().max(500)).default({}),
  body: z.record(z.string().max(100), z.union([z.string().max(1000), z.number(), z.boolean()])).optional(),
});

export const PlaybookAction = z.strictObject({
  name: ActionWord,
  check: z.union([z.boolean(), z.literal("{check}")]).default(false),
  tags: ActionWord.optional(),
  skip_tags: ActionWord.optional(),
  /** A parameter of type `json`. Its object contains the extra variables of the run. */
  variables: z
    .string()
    .regex(/^\{[a-z][a-z0-9_]{0,40}\}$/, "is not one placeholder such as {variables}")
    .optional(),
});

export const ModuleAction = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2}$/, "is not the full name of a module, such as ansible.builtin.ping"),
  arguments: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.union([z.string().max(1000), z.number(), z.boolean()])).default({}),
});

export type ToolAction =
  | { kind: "command"; words: readonly string[]; environment: Readonly<Record<string, string>> }
  | ({ kind: "request" } & z.output<typeof RequestAction>)
  | ({ kind: "playbook" } & z.output<typeof PlaybookAction>)
  | ({ kind: "module" } & z.output<typeof ModuleAction>)
  /** One of Muster's own actions (acts), which has the same name as the tool form. */
  | { kind: "act" };

/** Returns all texts of the action that may contain placeholders. */
export const wordsIn = (action: ToolAction): string[] => {
  switch (action.kind) {
    case "command":
      return [...action.words, ...Object.values(action.environment)];
    case "request":
      return [action.url, ...Object.values(action.headers), ...Object.values(action.body ?? {}).map(String)];
    case "playbook":
      return [action.name, String(action.check), action.tags, action.skip_tags, action.variables].filter((word) => word !== undefined);
    case "module":
      return Object.values(action.arguments).map(String);
    case "act":
      return [];
  }
};
