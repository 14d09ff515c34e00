/** Finds the groups of an inventory document at any depth. Pure. */
import { type Document, isMap, isScalar, type Pair, type Scalar, type YAMLMap } from "yaml";

export interface GroupPlace {
  name: string;
  /** The path of the group from the top of the document, such as `["all", "children", "worker_nodes"]`. */
  path: string[];
}

type Part = "hosts" | "vars" | "children";

export function groupsIn(document: Document): GroupPlace[] {
  return isMap(document.contents) ? below(document.contents, []) : [];
}

function below(groups: YAMLMap, path: string[]): GroupPlace[] {
  return groups.items.flatMap(({ key, value }) => {
    const name = keyText(key);
    const children = isMap(value) ? value.get("children", true) : undefined;
    return [{ name, path: [...path, name] }, ...(isMap(children) ? below(children, [...path, name, "children"]) : [])];
  });
}

/** Returns the part `hosts`, `vars` or `children` of a group. Returns undefined if the group does not have the part. */
export function partOf(document: Document, { path }: GroupPlace, part: Part): YAMLMap | undefined {
  const found = document.getIn([...path, part], true);
  return isMap(found) ? found : undefined;
}

export const keysOf = (map: YAMLMap | undefined): string[] => (map?.items ?? []).map(({ key }) => keyText(key));

/** Returns every group that lists the host. */
export function hostEntriesOf(document: Document, host: string): { group: GroupPlace; pair: Pair }[] {
  return groupsIn(document).flatMap((group) => {
    const pair = partOf(document, group, "hosts")?.items.find(({ key }) => keyText(key) === host);
    return pair ? [{ group, pair }] : [];
  });
}

/** Returns the text of a YAML key. A key that is a number or a boolean is converted to text, because keys are names. */
export const keyText = (key: unknown): string => {
  if (!isScalar(key)) return String(key);
  const { value, source } = key as Scalar & { source?: string };
  return typeof value === "string" ? value : (source ?? String(value));
};
