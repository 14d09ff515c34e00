/** Reads an answer as JSON of a known form. Unknown fields are ignored, because every version adds some. */
import * as z from "zod";
import { Unreadable } from "../../errors/cluster-failures.ts";
import { type BlockUntil, blockQuery, blockTimeoutMs, type Indexed, indexOf } from "./blocking-query.ts";
import type { ClusterConnection } from "./connection.ts";
import { type ClusterCall, type HttpAnswer, type Request, sendRequest } from "./request.ts";

/** Go writes an empty list as `null`. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

/** Go writes an empty map as `null`. */
export const record = <Item extends z.ZodType>(item: Item) =>
  z
    .record(z.string(), item)
    .nullish()
    .transform((items) => items ?? {});

/** Go leaves out an empty text, or writes `""` or `null`. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

export const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

export async function readAnswer<Form extends z.ZodType>(
  connection: ClusterConnection,
  form: Form,
  request: Request,
): Promise<z.output<Form>> {
  return parse(connection, form, await sendRequest(connection, request));
}

/** A read that can wait for a change. */
export interface ClusterRead extends ClusterCall {
  block?: BlockUntil | undefined;
  /** Any server may answer, also one that lags behind the leader. */
  stale?: boolean | undefined;
}

export async function readIndexed<Form extends z.ZodType>(
  connection: ClusterConnection,
  form: Form,
  { block, stale, ...request }: ClusterRead & Request,
): Promise<Indexed<z.output<Form>>> {
  const query = { ...request.query, ...(block && blockQuery(connection.service, block)), ...(stale && { stale: "" }) };
  const timeoutMs = block ? blockTimeoutMs(connection.service, block) : request.timeoutMs;
  const answer = await sendRequest(connection, { ...request, query, timeoutMs });
  return { value: parse(connection, form, answer), ...indexOf(answer.headers) };
}

export function parse<Form extends z.ZodType>(
  { service, url }: Pick<ClusterConnection, "service" | "url">,
  form: Form,
  { text }: Pick<HttpAnswer, "text">,
): z.output<Form> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Unreadable(service, `its answer is not JSON; check that ${url} is ${service}`, { cause });
  }
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new Unreadable(service, `its answer has another form than expected at ${first?.path.join(".") || "the top"}: ${first?.message}`);
}
