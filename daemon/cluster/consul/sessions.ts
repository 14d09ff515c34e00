/** Sessions, which hold locks. A session ends when it is destroyed, not renewed in time, or when its node fails. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, list, readAnswer, readIndexed, text } from "../wire/read.ts";
import { type ClusterCall, path, sendRequest } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

export interface NewSession {
  name: string;
  /** From 10 to 86,400. Consul ends a session that is not renewed, after one to two times this time. */
  ttlSeconds: number;
  /** The end of the session releases or deletes the keys that it has locked. */
  behavior: "release" | "delete";
  /** After a session ended without a release, its locks cannot be taken for this time. */
  lockDelaySeconds?: number;
}

const ConsulSession = z.object({ ID: z.string(), Name: text, Node: text, TTL: text, Behavior: text, LockDelay: count });
export type ConsulSession = z.output<typeof ConsulSession>;

export async function createSession(
  consul: Consul,
  { name, ttlSeconds, behavior, lockDelaySeconds = 15 }: NewSession,
  call: ClusterCall,
): Promise<string> {
  const body = { Name: name, TTL: `${ttlSeconds}s`, Behavior: behavior, LockDelay: `${lockDelaySeconds}s` };
  return (await readAnswer(consul, z.object({ ID: z.string() }), { ...call, method: "PUT", path: "/v1/session/create", body })).ID;
}

/** Returns false if the session no longer exists. */
export async function renewSession(consul: Consul, id: string, call: ClusterCall): Promise<boolean> {
  return (await sendRequest(consul, { ...call, method: "PUT", path: path`/v1/session/renew/${id}`, accept: [404] })).status !== 404;
}

export const destroySession = async (consul: Consul, id: string, call: ClusterCall): Promise<void> => {
  await readAnswer(consul, z.boolean(), { ...call, method: "PUT", path: path`/v1/session/destroy/${id}` });
};

export async function readSession(consul: Consul, id: string, read: ClusterRead): Promise<Indexed<ConsulSession | undefined>> {
  const { value, ...at } = await readIndexed(consul, list(ConsulSession), { ...read, path: path`/v1/session/info/${id}` });
  return { ...at, value: value[0] };
}
