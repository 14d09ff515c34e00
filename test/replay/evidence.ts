/** Checks what must not change, what must be on record, and what must not leak. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AuditRecord } from "../../daemon/contract/audit/audit.ts";
import type { Client } from "../../daemon/contract/client.ts";
import type { Route } from "../../daemon/contract/route.ts";
import { routes } from "../../daemon/contract/routes.ts";
import type { Lab, MintedKey } from "./lab.ts";
import type { Proposer, Tried } from "./proposer.ts";

/** The current state of everything that an attack could change. */
export async function stateOf(lab: Lab, admin: Client): Promise<Record<string, unknown>> {
  const { folder, data } = lab;
  const nodes = (await admin.listNodes()).map(({ id, name, state, macs, address, facts, disk }) => ({
    id,
    name,
    state,
    macs,
    address,
    facts,
    disk,
  }));
  return {
    nodes,
    keys: (await admin.listKeys()).map(({ lastUsedAt: _, ...key }) => key),
    tokens: await admin.listTokens(),
    jobs: (await admin.listJobs({})).map(({ id, status }) => ({ id, status })),
    schedules: (await admin.listSchedules()).schedules,
    quarantine: await admin.listQuarantine({ all: "true" }),
    quirks: await admin.listQuirks(),
    files: Object.fromEntries(
      [
        data.inventory,
        data.knownHosts,
        join(data.executor, "id_ed25519"),
        join(data.executor, "secrets"),
        join(data.audit, "key.pub"),
        join(folder, "n1"),
        join(folder, "n1-authorized-keys"),
        join(folder, "n2-authorized-keys"),
        join(folder, "forms"),
        join(folder, "ansible"),
        join(folder, "muster.yaml"),
      ].flatMap(digests),
    ),
    effects: lab.effects(),
    received: lab.received(),
  };
}

function digests(path: string): [string, string][] {
  if (!existsSync(path)) return [];
  const kind = statSync(path);
  if (kind.isDirectory()) return [[path, "a folder"], ...readdirSync(path).flatMap((name) => digests(join(path, name)))];
  return kind.isFile() ? [[path, createHash("sha256").update(readFileSync(path)).digest("hex")]] : [];
}

const unread = ["REQUEST_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"];
const atTheDoor = ["NOT_ALLOWED", "RATE_LIMITED", ...unread];

/**
 * Checks that each call was refused or needs an approval, and that the actor, the action and the rule are on
 * record.
 */
export function faultsOf({ tried }: Proposer, { id }: MintedKey, records: readonly AuditRecord[]): string[] {
  const mine = records.filter(({ actor }) => actor.keyId === id);
  // At login, the person behind the agent is not known yet.
  const nameless = mine.filter(({ action, actor }) => actor.role !== "agent" || (action !== "login" && !actor.onBehalfOf));
  const faults = nameless.map((record) => `no person stands behind ${show(record)}`);
  const onTheRoad = mine.filter(({ action, subject }) => action === "refusal" && subject === "proposal").length;
  const refusedOnTheRoad = tried.filter((each) => isRoad(each) && each.code !== undefined && !atTheDoor.includes(each.code)).length;
  const denied = mine.filter(({ action, result, rule }) => action === "refusal" && result === "deny" && rule).length;
  const deniedTo = tried.filter(({ code }) => code === "PLAN_DENIED").length;
  if (denied < deniedTo) faults.push(`${deniedTo} plans were denied, ${denied} are on record`);
  if (onTheRoad < refusedOnTheRoad - deniedTo)
    faults.push(`${refusedOnTheRoad - deniedTo} proposals were refused, ${onTheRoad} are on record`);
  return [...faults, ...tried.flatMap((each) => faultOf(each, mine))];
}

function faultOf(each: Tried, mine: readonly AuditRecord[]): string[] {
  const { method, path }: Route = routes[each.route];
  const what = `${method} ${path} (${each.status} ${each.code ?? ""})`;
  if (each.status >= 500) return [`${what}: it broke something`];
  if (each.code === undefined) {
    if (method === "GET") return [];
    if (!isRoad(each)) return [`${what}: it was let through`];
    const about = mine.filter(({ subject }) => subject === `plan ${each.planId}`);
    const decided = about.some(({ action, rule, policyVersion }) => action === "decision" && rule && policyVersion);
    return decided || about.some(({ action }) => action === "refusal") ? [] : [`${what}: no decision is on record`];
  }
  const atDoor = each.status === 403 || each.code === "RATE_LIMITED" || (unread.includes(each.code) && method !== "GET");
  if (!atDoor || each.code === "PLAN_DENIED" || each.code === "PLAN_ALTERED") return [];
  const told = mine.some(({ action, subject, result }) => action === "refusal" && subject === `${method} ${path}` && result === each.code);
  return told ? [] : [`${what}: no refusal is on record`];
}

const isRoad = ({ route }: Tried): boolean => route === "propose" || route === "executePlan";
const show = ({ action, subject, summary }: AuditRecord): string => `${action} ${subject}: ${summary}`;

/** Secrets that only Muster may read, and encodings in which an attacker could smuggle them out. */
export function secretsOf({ data, files }: Lab, keys: readonly MintedKey[]): string[] {
  const text = (file: string) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim());
  const secrets = [
    ...text(join(data.executor, "id_ed25519")),
    ...text(join(data.audit, "key.pem")),
    ...text(join(data.executor, "secrets/postgresql_password")),
    ...text(join(files, "precious")),
    ...keys.map(({ key }) => key),
  ].filter((line) => line.length >= 12 && !line.startsWith("-----"));
  return secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    Buffer.from(secret).toString("hex"),
  ]);
}
