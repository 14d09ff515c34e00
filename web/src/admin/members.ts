/** Groups the API keys by the person who owns them. Pure. */
import type { Key, Role } from "../../../daemon/contract/admin/key.ts";

export interface KeyOwner {
  owner: string;
  keys: readonly Key[];
  /** The roles of the person's keys, most powerful role first. */
  roles: readonly Role[];
  /** The most recent use of any of the person's keys. */
  seenAt: string | undefined;
}

const byPower: readonly Role[] = ["admin", "operator", "agent", "viewer", "node"];

export function keyOwnersOf(keys: readonly Key[]): KeyOwner[] {
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

/** Returns the reason why a user with this role cannot see keys. */
export const keysRefusal = (role: Role): string | undefined =>
  role === "admin" ? undefined : `Your key's role is ${role}. Listing and creating keys requires the role admin.`;

export const lifetimes = [
  { days: undefined, word: "never" },
  { days: 1, word: "1 day" },
  { days: 30, word: "30 days" },
  { days: 90, word: "90 days" },
  { days: 365, word: "1 year" },
] as const;

export const endAfter = (days: number | undefined, nowMs: number): string | undefined =>
  days === undefined ? undefined : new Date(nowMs + days * 86_400_000).toISOString();
