/** Finds the literal entries of groups and hosts in an inventory document, for changes. `reading.ts` answers what they mean. */
import { type Document, isMap, type Pair, type YAMLMap } from "yaml";
import { keyName, mapAt, pairIn } from "./entries.ts";

export interface GroupPlace {
  name: string;
  /** The path of the group from the top of the document, such as `["all", "children", "worker_nodes"]`. */
  path: string[];
}

export function groupsIn(document: Document): GroupPlace[] {
  return isMap(document.contents) ? below(document.contents, []) : [];
}

function below(groups: YAMLMap, path: string[]): GroupPlace[] {
  return groups.items.flatMap(({ key, value }) => {
    const name = keyName(key);
    if (name === undefined) return [];
    const children = isMap(value) ? pairIn(value, "children")?.value : undefined;
    return [{ name, path: [...path, name] }, ...(isMap(children) ? below(children, [...path, name, "children"]) : [])];
  });
}

/** Returns every group with a literal entry of the host. A range, an alias or a merge is no literal entry. */
export function hostEntriesOf(document: Document, host: string): { group: GroupPlace; pair: Pair; hosts: YAMLMap }[] {
  return groupsIn(document).flatMap((group) => {
    const hosts = mapAt(document, [...group.path, "hosts"]);
    const pair = pairIn(hosts, host);
    return pair && hosts ? [{ group, pair, hosts }] : [];
  });
}
