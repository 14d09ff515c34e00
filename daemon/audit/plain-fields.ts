/**
 * The fields of an exported record for readers that do not verify the audit, such as a log server. They repeat the record with
 * documented names. `muster audit verify --export` checks that they match the record.
 */
import * as z from "zod";
import { Instant } from "../contract/names.ts";

export const PlainFields = z.strictObject({
  /** A UUID of version 8 (RFC 9562), made from the hash of the record. */
  audit_id: z.uuid(),
  timestamp: Instant,
  /** The name of the API key's owner, or the digest of an erased name. `on_behalf_of`: the person that an agent acted for. */
  user: z.strictObject({ id: z.string(), role: z.string(), on_behalf_of: z.string().optional() }),
  /** `plan_id` is the hash of the plan. */
  action: z.strictObject({ intent: z.string(), subject: z.string(), plan_id: z.string().optional() }),
  result: z.strictObject({ status: z.string().nullable(), cost_usd: z.number().nullable() }),
});
export type PlainFields = z.output<typeof PlainFields>;

const Source = z.looseObject({
  at: Instant,
  action: z.string(),
  subject: z.string(),
  actor: z.looseObject({ name: z.string(), role: z.string(), onBehalfOf: z.string().optional() }),
  planHash: z.string().optional(),
  result: z.string().optional(),
  costUsd: z.number().optional(),
});

interface Names {
  name?: string | undefined;
  onBehalfOf?: string | undefined;
}

/** Returns undefined if the text is not a record of the audit, because it was altered. */
export function plainFields(text: string, hash: string, { name, onBehalfOf }: Names): PlainFields | undefined {
  const read = Source.safeParse(parsed(text));
  if (!read.success) return undefined;
  const { at, action, subject, actor, planHash, result, costUsd } = read.data;
  const person = actor.onBehalfOf === undefined ? undefined : (onBehalfOf ?? actor.onBehalfOf);
  return {
    audit_id: uuidOf(hash),
    timestamp: at,
    user: { id: name ?? actor.name, role: actor.role, ...(person !== undefined && { on_behalf_of: person }) },
    action: { intent: action, subject, ...(planHash !== undefined && { plan_id: planHash }) },
    result: { status: result ?? null, cost_usd: costUsd ?? null },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function uuidOf(hash: string): string {
  const digits = hash
    .replace(/[^0-9a-f]/g, "")
    .slice(-32)
    .padStart(32, "0");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-8$3-8$4-$5");
}
