/** Looks up the numbers of the users and groups of the processes. scripts/systemd/muster.sysusers defines their names. */
import { readFileSync } from "node:fs";
import { MusterError } from "../../errors/errors.ts";
import type { AccountGroup, AccountOwner } from "./access-table.ts";

export interface AccountIds {
  users: Record<AccountOwner, number>;
  groups: Record<AccountGroup, number>;
}

const users = { control: "muster-control", netboot: "muster-netboot", executor: "muster-executor" } as const;
const groups = { ...users, shared: "muster", runs: "muster-runs" } as const;

export function accountIds(passwd = "/etc/passwd", group = "/etc/group"): AccountIds {
  const ids = { users: idsIn(passwd), groups: idsIn(group) };
  const find = (known: ReadonlyMap<string, number>, name: string, what: string): number => {
    const id = known.get(name);
    if (id === undefined) throw new MusterError("ACCOUNTS_MISSING", `there is no ${what} ${name}`);
    return id;
  };
  const user = (name: string) => find(ids.users, name, "user");
  const id = (name: string) => find(ids.groups, name, "group");
  return {
    users: { root: 0, control: user(users.control), netboot: user(users.netboot), executor: user(users.executor) },
    groups: {
      control: id(groups.control),
      netboot: id(groups.netboot),
      executor: id(groups.executor),
      shared: id(groups.shared),
      runs: id(groups.runs),
    },
  };
}

/** Returns the third field of each line by the first field. Users and groups have the same format. */
const idsIn = (file: string): ReadonlyMap<string, number> =>
  new Map(
    readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .flatMap(([name, , id]) => (name && id && /^\d+$/.test(id) ? [[name, Number(id)] as const] : [])),
  );
