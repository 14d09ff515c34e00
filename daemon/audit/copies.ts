/**
 * Copies the newest checkpoint to another machine. Only a copy on another machine is safe from an attacker on the
 * control node.
 */
import type { KeyObject } from "node:crypto";
import * as z from "zod";
import { type Checkpoint, openNote } from "./note.ts";

export interface SignedCopy extends Checkpoint {
  note: string;
}

/** Rejects with the reason if the other machine did not accept the copy. */
export type AuditCopy = (signed: SignedCopy) => Promise<void>;

const PATIENCE_MS = 10_000;

export function webhookCopy(url: string): AuditCopy {
  return async ({ origin, size, root, note }) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ type: "audit.checkpoint", origin, size, root, note }),
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
  };
}

const Stored = z.array(z.object({ ModifyIndex: z.int(), Value: z.string().nullable() })).min(1);

export interface ConsulPlace {
  url: string;
  key: string;
  token: string | undefined;
  publicKey: KeyObject;
}

/**
 * Writes with compare-and-set. If two writers write at the same time, one of them fails. A checkpoint is never
 * replaced by a checkpoint with fewer records.
 */
export function consulCopy({ url, key, token, publicKey }: ConsulPlace): AuditCopy {
  const address = `${url.replace(/\/+$/, "")}/v1/kv/${key}`;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(address + path, {
      ...init,
      headers: token ? { "x-consul-token": token } : {},
      // On a redirect, fetch would send the token to the other server.
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  return async (signed) => {
    const found = await ask("");
    refuseRedirect(found);
    if (!found.ok && found.status !== 404) throw new Error(`Consul answered ${found.status} to reading ${key}`);
    const [stored] = found.ok ? Stored.parse(await found.json()) : [];
    if (stored) refuseToGoBack(Buffer.from(stored.Value ?? "", "base64").toString(), signed, publicKey);
    const put = await ask(`?cas=${stored?.ModifyIndex ?? 0}`, { method: "PUT", body: signed.note });
    refuseRedirect(put);
    if (!put.ok) throw new Error(`Consul answered ${put.status} to writing ${key}`);
    if ((await put.text()).trim() !== "true") throw new Error(`another client changed ${key} in Consul at the same time`);
  };
}

function refuseRedirect({ status, headers }: Response): void {
  if (status < 300 || status >= 400) return;
  const elsewhere = headers.get("location")?.slice(0, 200) ?? "another address";
  throw new Error(`Consul answered ${status} and points to ${elsewhere}, which is not followed; correct audit.consul.url`);
}

function refuseToGoBack(stored: string, { origin, size, root }: SignedCopy, publicKey: KeyObject): void {
  const before = openNote(stored, publicKey);
  if (!before) throw new Error("Consul has a value there that this audit's key did not sign; it was not changed");
  if (before.origin !== origin) throw new Error(`Consul has a checkpoint of another database, ${before.origin}; it was not changed`);
  if (before.size > size || (before.size === size && before.root !== root))
    throw new Error(`Consul has a checkpoint of ${before.size} records, and this database has ${size}: records were removed or rewritten`);
}
