/** Consul's key-value store. */
import * as z from "zod";
import { Refused } from "../../errors/cluster-failures.ts";
import { blockQuery, blockTimeoutMs, type Indexed, indexOf } from "../wire/blocking-query.ts";
import { type ClusterRead, count, list, parse, readAnswer } from "../wire/read.ts";
import { type ClusterCall, sendRequest } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

const Pair = z
  .object({
    Key: z.string(),
    Value: z.string().nullish(),
    Flags: count,
    Session: z.string().optional(),
    LockIndex: count,
    CreateIndex: z.number(),
    ModifyIndex: z.number(),
  })
  .transform(({ Key, Value, Flags, Session, LockIndex, CreateIndex, ModifyIndex }) => ({
    key: Key,
    value: Buffer.from(Value ?? "", "base64"),
    flags: Flags,
    /** The session that holds the lock on this key. */
    session: Session,
    lockIndex: LockIndex,
    createIndex: CreateIndex,
    modifyIndex: ModifyIndex,
  }));
export type Pair = z.output<typeof Pair>;

const MOST_VALUE_BYTES = 512 * 1024;

/** Keys contain slashes that separate folders. All other special characters are encoded. */
export const keyPath = (key: string): string => `/v1/kv/${key.split("/").map(encodeURIComponent).join("/")}`;

export async function readPair(consul: Consul, key: string, read: ClusterRead): Promise<Indexed<Pair | undefined>> {
  const { value, ...at } = await pairs(consul, key, {}, read);
  return { ...at, value: value[0] };
}

export const readPairs = (consul: Consul, prefix: string, read: ClusterRead): Promise<Indexed<Pair[]>> =>
  pairs(consul, prefix, { recurse: true }, read);

/** A missing key is an answer too: a blocking query waits until the key appears. */
async function pairs(
  consul: Consul,
  key: string,
  query: { recurse?: boolean },
  { block, stale, ...call }: ClusterRead,
): Promise<Indexed<Pair[]>> {
  const answer = await sendRequest(consul, {
    ...call,
    path: keyPath(key),
    query: { ...query, ...(block && blockQuery("Consul", block)), ...(stale && { stale: "" }) },
    timeoutMs: block ? blockTimeoutMs("Consul", block) : call.timeoutMs,
    accept: [404],
  });
  return { value: answer.status === 404 ? [] : parse(consul, list(Pair), answer), ...indexOf(answer.headers) };
}

export interface PairWrite {
  value: string | Uint8Array;
  flags?: number;
  /** Write only if the key still has this index. 0 writes only if there is no such key. */
  cas?: number;
  /** Write only if this session holds or gets the lock of the key. */
  acquire?: string;
  /** Write and release the lock of this session. */
  release?: string;
}

/** Returns false if the condition of the write did not hold. Consul answers 200 in both cases. */
export async function writePair(consul: Consul, key: string, { value, ...query }: PairWrite, call: ClusterCall): Promise<boolean> {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  if (bytes.byteLength > MOST_VALUE_BYTES) throw new Refused("Consul", 413, `a value has at most ${MOST_VALUE_BYTES} bytes`);
  return readAnswer(consul, z.boolean(), { ...call, method: "PUT", path: keyPath(key), query, body: bytes });
}

/** Returns false if the key no longer has the index `cas`. A missing key counts as deleted. */
export const deletePair = (consul: Consul, key: string, { cas }: { cas?: number }, call: ClusterCall): Promise<boolean> =>
  readAnswer(consul, z.boolean(), { ...call, method: "DELETE", path: keyPath(key), query: { cas } });
