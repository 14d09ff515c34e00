/**
 * Reads the groups, hosts and variables of the inventory as Ansible's plugin `yaml` does. Every decision of Muster about
 * the inventory uses this reading. Pure.
 */
import type { Document } from "yaml";
import type { InventoryView } from "../../../contract/machines/inventory.ts";
import { construct, type Data, type DataMap, type MapKey, Vault } from "./construct.ts";
import { hostsOfPattern, MAX_HOSTS } from "./host-patterns.ts";
import { Time } from "./plain-scalars.ts";

export type HostValues = Record<string, unknown>;

export interface Reading {
  groups: InventoryView["groups"];
  /** Every host with its own variables. */
  hosts: Record<string, HostValues>;
  /** The encrypted texts, in order. The values show only that a text is encrypted. */
  vaults: string[];
  /** Entries that Ansible skips with a warning. */
  skipped: string[];
}

/** Throws a RangeError if Ansible refuses the file. The message names the entry. */
export function read(document: Document): Reading {
  const reader = new Reader();
  const top = construct(document);
  if (!(top instanceof Map)) throw new RangeError("the top level is not a mapping");
  if (truthy(top.get("plugin"))) throw new RangeError("the key `plugin` at the top makes the file a configuration of a plugin");
  for (const [name, group] of top) reader.group(name, group);
  return reader.reading();
}

type Part = "vars" | "children" | "hosts";
const isPart = (key: MapKey): key is Part => key === "vars" || key === "children" || key === "hosts";

class Reader {
  readonly #groups = new Map<string, { hosts: Set<string>; children: Set<string>; vars: Map<string, unknown> }>();
  readonly #hosts = new Map<string, Map<string, unknown>>();
  readonly #skipped: string[] = [];
  readonly #vaults: string[] = [];

  group(key: MapKey, data: Data): string {
    if (typeof key !== "string" || key === "") throw new RangeError(`the group name ${keyText(key)} is not a text: put it in quotes`);
    if (data !== null && !(data instanceof Map)) {
      this.#skipped.push(`${key} is not a group: it is not a mapping`);
      return key;
    }
    if (!this.#groups.has(key)) this.#groups.set(key, { hosts: new Set(), children: new Set(), vars: new Map() });
    if (data === null) return key;
    for (const [part, value] of data) {
      const entries = isPart(part) ? partOf(key, part, value) : undefined;
      if (!isPart(part)) this.#skipped.push(`${key}.${keyText(part)} is skipped: only vars, children and hosts have a meaning`);
      else if (entries) this.#part(key, part, entries);
    }
    return key;
  }

  #part(group: string, part: Part, entries: DataMap): void {
    if (part === "vars") for (const [key, value] of entries) this.#set(group, keyText(key), this.#shown(value));
    if (part === "hosts") for (const [key, value] of entries) this.#host(group, key, value);
    if (part === "children")
      for (const [key, value] of entries) {
        const child = this.group(key, value);
        // Ansible takes a skipped child as a host if a host of this name was read before.
        const part = this.#groups.has(child) ? "children" : this.#hosts.has(child) ? "hosts" : undefined;
        if (part === undefined) throw new RangeError(`${group}.children.${child} is not a mapping`);
        this.#groups.get(group)?.[part].add(child);
      }
  }

  #host(group: string, key: MapKey, data: Data): void {
    if (typeof key !== "string" || key === "")
      throw new RangeError(`the host name ${keyText(key)} in ${group} is not a text: put it in quotes`);
    const vars = truthy(data) ? data : new Map<MapKey, Data>();
    if (!(vars instanceof Map)) throw new RangeError(`the variables of ${key} in ${group} are not a mapping`);
    const { names, port } = hostsOfPattern(key);
    for (const name of names) {
      if (!this.#hosts.has(name)) {
        if (this.#hosts.size >= MAX_HOSTS) throw new RangeError(`it has more than ${MAX_HOSTS} hosts`);
        this.#hosts.set(name, new Map(port === undefined || port === 0 ? [] : [["ansible_port", port]]));
      }
      this.#groups.get(group)?.hosts.add(name);
      for (const [variable, value] of vars) this.#set(name, keyText(variable), this.#shown(value));
    }
  }

  /** A name that is a group and a host means the group. */
  #set(owner: string, key: string, value: unknown): void {
    (this.#groups.get(owner)?.vars ?? this.#hosts.get(owner))?.set(key, value);
  }

  /** Converts the data to the value that the API shows. A vault is not decrypted. */
  #shown(data: Data): unknown {
    if (data instanceof Map) return Object.fromEntries([...data].map(([key, value]) => [jsonKey(key), this.#shown(value)]));
    if (Array.isArray(data)) return data.map((each) => this.#shown(each));
    if (data instanceof Vault) {
      this.#vaults.push(data.text);
      return "[vault]";
    }
    if (data instanceof Time) return data.text;
    return typeof data === "bigint" ? String(data) : data;
  }

  reading(): Reading {
    return {
      groups: [...this.#groups].map(([name, { hosts, children, vars }]) => ({
        name,
        hosts: [...hosts],
        children: [...children],
        vars: Object.fromEntries(vars),
      })),
      hosts: Object.fromEntries([...this.#hosts].map(([name, vars]) => [name, Object.fromEntries(vars)])),
      vaults: this.#vaults,
      skipped: this.#skipped,
    };
  }
}

/** Ansible takes a text as a mapping with this text as its only key. */
function partOf(group: string, part: string, value: Data): DataMap | undefined {
  if (typeof value === "string") return new Map<MapKey, Data>([[value, null]]);
  if (value !== null && !(value instanceof Map)) throw new RangeError(`${group}.${part} is not a mapping`);
  return value ?? undefined;
}

/** Python's rule: an empty value counts as false. */
const truthy = (data: Data | undefined): boolean =>
  Array.isArray(data) ? data.length > 0 : data instanceof Map ? data.size > 0 : data !== undefined && Boolean(data);

const keyText = (key: MapKey): string => (key === null ? "None" : typeof key === "boolean" ? (key ? "True" : "False") : String(key));

/** Ansible shows a key that is no text in the spelling of JSON. */
const jsonKey = (key: MapKey): string => String(key);
