/** The groups of an inventory document, at whatever depth they stand. Pure. */
import { type Document, isMap, isScalar, type Pair, type Scalar, type YAMLMap } from "yaml";

export interface GroupPlace {
  name: string;
  /** From the top: `["all", "children", "worker_nodes"]`. */
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

/** `hosts`, `vars` or `children` of a group, where it has any. */
export function partOf(document: Document, { path }: GroupPlace, part: Part): YAMLMap | undefined {
  const found = document.getIn([...path, part], true);
  return isMap(found) ? found : undefined;
}

export const keysOf = (map: YAMLMap | undefined): string[] => (map?.items ?? []).map(({ key }) => keyText(key));

/** Where a host stands: every group that lists it. */
export function hostEntriesOf(document: Document, host: string): { group: GroupPlace; pair: Pair }[] {
  return groupsIn(document).flatMap((group) => {
    const pair = partOf(document, group, "hosts")?.items.find(({ key }) => keyText(key) === host);
    return pair ? [{ group, pair }] : [];
  });
}

/** Numbers and booleans are names all the same. */
export const keyText = (key: unknown): string => {
  if (!isScalar(key)) return String(key);
  const { value, source } = key as Scalar & { source?: string };
  return typeof value === "string" ? value : (source ?? String(value));
};
