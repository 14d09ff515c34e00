/**
 * A lock on a key. Consul's locks are advisory: a holder may lose its lock without noticing, so whatever it changes
 * must check the fence.
 */
import type { ClusterCall } from "../wire/request.ts";
import type { Consul } from "./consul.ts";
import { readPair, writePair } from "./kv.ts";
import { createSession, destroySession, type NewSession, renewSession } from "./sessions.ts";

/** Grows each time the lock changes hands, so an old holder is recognised. */
export interface Fence {
  key: string;
  session: string;
  lockIndex: number;
}

export interface Lock {
  fence: Fence;
  /** Returns false if the lock is lost. */
  renew(call: ClusterCall): Promise<boolean>;
  /** Returns false if the lock was already lost. */
  release(call: ClusterCall): Promise<boolean>;
}

export interface LockWish extends Omit<NewSession, "name"> {
  key: string;
  /** Says who holds the lock. It is the value of the key and the name of the session. */
  holder: string;
}

/** Returns undefined if another session holds the lock, or held it a moment ago. */
export async function takeConsulLock(consul: Consul, { key, holder, ...session }: LockWish, call: ClusterCall): Promise<Lock | undefined> {
  const id = await createSession(consul, { ...session, name: holder }, call);
  const end = (ending: ClusterCall) => destroySession(consul, id, ending);
  try {
    const taken = await writePair(consul, key, { value: holder, acquire: id }, call);
    const { value: pair } = await readPair(consul, key, call);
    if (taken && pair?.session === id) return heldLock(consul, { key, session: id, lockIndex: pair.lockIndex }, holder);
  } catch (error) {
    // A session that stays would hold the lock until the session expires. The caller's signal may be aborted already.
    await end({ signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    throw error;
  }
  await end(call);
  return undefined;
}

function heldLock(consul: Consul, fence: Fence, holder: string): Lock {
  return {
    fence,
    renew: async (call) => (await renewSession(consul, fence.session, call)) && (await holds(consul, fence, call)),
    release: async (call) => {
      const released = await writePair(consul, fence.key, { value: holder, release: fence.session }, call);
      await destroySession(consul, fence.session, call);
      return released;
    },
  };
}

/** Returns whether the lock still belongs to the holder of this fence. */
export async function holds(consul: Consul, { key, session, lockIndex }: Fence, call: ClusterCall): Promise<boolean> {
  const { value: pair } = await readPair(consul, key, call);
  return pair?.session === session && pair.lockIndex === lockIndex;
}
