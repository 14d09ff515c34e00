/** Who has keys here: a member is a person keys belong to. Pure. */
import type { Key, Role } from "../../../daemon/contract/admin/key.ts";

export interface Member {
  owner: string;
  keys: readonly Key[];
  /** The most that any of them may do comes first. */
  roles: readonly Role[];
  /** When any of the keys was used last. */
  seenAt: string | undefined;
}

const byPower: readonly Role[] = ["admin", "operator", "agent", "viewer", "node"];

export function membersOf(keys: readonly Key[]): Member[] {
  const owners = [...new Set(keys.map(({ owner }) => owner))].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  return owners.map((owner) => {
    const own = keys.filter((key) => key.owner === owner);
    return {
      owner,
      keys: own,
      roles: byPower.filter((role) => own.some((key) => key.role === role)),
      seenAt: own
        .flatMap(({ lastUsedAt }) => lastUsedAt ?? [])
        .sort()
        .at(-1),
    };
  });
}

/** Why the keys are not for this role. */
export const keysRefusal = (role: Role): string | undefined =>
  role === "admin" ? undefined : `Your key's role is ${role}; keys are seen and made by the role admin.`;

export const lifetimes = [
  { days: undefined, word: "until it is revoked" },
  { days: 1, word: "a day" },
  { days: 30, word: "30 days" },
  { days: 90, word: "90 days" },
  { days: 365, word: "a year" },
] as const;

export const endAfter = (days: number | undefined, nowMs: number): string | undefined =>
  days === undefined ? undefined : new Date(nowMs + days * 86_400_000).toISOString();
