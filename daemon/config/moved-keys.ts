/** Moves keys of earlier versions to their new paths. Muster still accepts a file with old keys. */

export interface MovedKey {
  from: string;
  to: string;
}

/** The first match applies, so `control.url` is listed before `control`. */
export const movedKeys: readonly MovedKey[] = [
  { from: "control.url", to: "machines.call_home.url" },
  { from: "control.node_networks", to: "machines.call_home.networks" },
  { from: "control", to: "admin.control" },
  { from: "profile", to: "machines.profile" },
  { from: "debian", to: "machines.debian" },
  { from: "access", to: "machines.access" },
  { from: "power", to: "machines.power" },
  { from: "ansible", to: "jobs.ansible" },
  { from: "maintenance", to: "jobs.maintenance" },
  { from: "tools", to: "changes.tools" },
  { from: "policy", to: "changes.policy" },
  { from: "services.links", to: "admin.links" },
  { from: "services", to: "cluster" },
  { from: "alerts", to: "admin.alerts" },
  { from: "log", to: "admin.log" },
];

export interface Moved {
  settings: unknown;
  /** The old keys that the file uses. */
  moved: MovedKey[];
  /** Returns the name of a setting as the file writes it, such as `debian.suite` or `machines.debian.suite`. */
  nameOf(path: readonly string[]): string;
}

export function moveKeys(document: unknown): Moved {
  const moved: MovedKey[] = [];
  const doubles: string[] = [];
  let settings = document;
  for (const place of movedKeys) {
    const value = valueAt(settings, place.from.split("."));
    if (value === undefined) continue;
    moved.push(place);
    settings = put(without(settings, place.from.split(".")), place.to.split("."), (there) => merged(there, value, place, doubles));
  }
  if (doubles.length > 0) throw new Error(doubles.join("\n"));
  return { settings, moved, nameOf: (path) => nameIn(document, moved, path).join(".") };
}

/** Returns the new path of an old key, which may be written as `control.url` or as `admin.control.url`. */
export function newPlaceOf(path: string): string | undefined {
  const asBefore = movedKeys.filter(({ to }) => path.startsWith(`${to}.`)).map(({ from, to }) => `${from}${path.slice(to.length)}`);
  return movedKeys.find(({ from }) => from === path || asBefore.includes(from))?.to;
}

type Section = Record<string, unknown>;

const isSection = (value: unknown): value is Section => typeof value === "object" && value !== null && !Array.isArray(value);

function valueAt(settings: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return settings;
  return isSection(settings) && Object.hasOwn(settings, key) ? valueAt(settings[key], rest) : undefined;
}

/** Removes a key. The section of the key is removed too if it is then empty. */
function without(settings: unknown, [key, ...rest]: readonly string[]): unknown {
  if (!isSection(settings) || key === undefined) return settings;
  const { [key]: value, ...others } = settings;
  const left = rest.length === 0 ? undefined : without(value, rest);
  return left === undefined || (isSection(left) && Object.keys(left).length === 0) ? others : { ...settings, [key]: left };
}

/** A section with a wrong type stays unchanged, because the schema rejects it by name. */
function put(settings: unknown, [key, ...rest]: readonly string[], value: (there: unknown) => unknown): unknown {
  if (key === undefined) return value(settings);
  if (settings !== undefined && !isSection(settings)) return settings;
  return { ...settings, [key]: put(settings?.[key], rest, value) };
}

function merged(there: unknown, value: unknown, { from, to }: MovedKey, doubles: string[]): unknown {
  if (there === undefined) return value;
  if (!isSection(there) || !isSection(value)) {
    doubles.push(`${from} and ${to}: are the same setting; remove ${from}`);
    return there;
  }
  const both = { ...there };
  for (const [key, each] of Object.entries(value))
    both[key] = merged(there[key], each, { from: `${from}.${key}`, to: `${to}.${key}` }, doubles);
  return both;
}

/**
 * Returns the path of a setting that the file uses. The result is the path with more keys in the file if a setting has an old
 * and a new path.
 */
function nameIn(document: unknown, moved: readonly MovedKey[], path: readonly string[]): string[] {
  const names = moved
    .map(({ from, to }) => ({ from: from.split("."), to: to.split(".") }))
    .filter(({ to }) => to.every((key, index) => path[index] === key))
    .map(({ from, to }) => ({ name: [...from, ...path.slice(to.length)], ahead: from.length - to.length }));
  const older = names.find(({ name, ahead }) => depth(document, name) - ahead > depth(document, path));
  return older ? older.name : [...path];
}

/** Returns how many leading keys of the path exist in the document. */
function depth(document: unknown, [key, ...rest]: readonly string[]): number {
  return key !== undefined && isSection(document) && Object.hasOwn(document, key) ? 1 + depth(document[key], rest) : 0;
}
