/**
 * Reads a playbook with the task files and roles that it names, and collects its tags, the hosts of its plays, and whether it
 * adds hosts. A templated file name, which only a run can know, makes the tags incomplete. The caller reads the files.
 */
import { dirname, join, normalize } from "node:path";

export interface AnsibleFolder {
  /** Returns the YAML documents of a file, or undefined if there is no such file. `path` is relative to Ansible's folder. */
  read(path: string): unknown[] | undefined;
  /** Returns the paths of the YAML files below a folder. */
  filesBelow(folder: string): string[];
}

export interface PlaybookContents {
  /** Absent if a part of the playbook cannot be read before the run. */
  tags?: string[];
  hosts: string[];
  addsHosts: boolean;
}

type Entry = Readonly<Record<string, unknown>>;

/** Keys of a play and of a block that contain tasks. */
const TASK_LISTS = ["pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always"];
const isEntry = (value: unknown): value is Entry => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
const isTemplate = (text: string): boolean => /\{[{%]/.test(text);

export function contentsOf(playbook: string, folder: AnsibleFolder): PlaybookContents {
  const reader = new Reader(folder);
  reader.playbook(playbook);
  return {
    ...(!reader.isIncomplete && { tags: [...reader.tags].toSorted() }),
    hosts: [...reader.hosts],
    addsHosts: reader.addsHosts,
  };
}

class Reader {
  readonly tags = new Set<string>();
  readonly hosts = new Set<string>();
  addsHosts = false;
  isIncomplete = false;
  readonly #folder: AnsibleFolder;
  readonly #seen = new Set<string>();
  /** An alias can make a task contain itself. */
  readonly #visited = new Set<Entry>();

  constructor(folder: AnsibleFolder) {
    this.#folder = folder;
  }

  playbook(path: string): void {
    for (const play of this.#entriesIn(path)) {
      this.#tagsOf(play);
      const imported = fileIn(argumentOf(play, "import_playbook"));
      if (imported !== undefined) this.#follow(imported, [dirname(path)], (file) => this.playbook(file));
      for (const host of listOf(play.hosts)) this.hosts.add(String(host));
      for (const role of listOf(play.roles)) {
        if (isEntry(role)) this.#tagsOf(role);
        this.#role(isEntry(role) ? (role.role ?? role.name) : role);
      }
      this.#taskListsOf(play, path);
    }
  }

  #taskListsOf(entry: Entry, path: string): void {
    for (const key of TASK_LISTS) for (const task of listOf(entry[key])) this.#task(task, path);
  }

  #task(task: unknown, path: string): void {
    if (!isEntry(task) || this.#visited.has(task)) return;
    this.#visited.add(task);
    this.#tagsOf(task);
    this.#taskListsOf(task, path);
    if (modulesOf(task).includes("add_host")) this.addsHosts = true;
    for (const word of ["import_tasks", "include_tasks", "include"]) {
      const given = argumentOf(task, word);
      if (given === undefined) continue;
      if (isEntry(given) && isEntry(given.apply)) this.#tagsOf(given.apply);
      this.#follow(fileIn(given), [dirname(path), "playbooks"], (file) => this.#tasks(file));
    }
    for (const word of ["import_role", "include_role"]) {
      const given = argumentOf(task, word);
      if (!isEntry(given)) continue;
      if (isEntry(given.apply)) this.#tagsOf(given.apply);
      this.#role(given.name);
    }
  }

  #tasks(path: string): void {
    for (const task of this.#entriesIn(path)) this.#task(task, path);
  }

  /** Reads all task files of the role, because a caller may choose any of them. */
  #role(name: unknown): void {
    if (typeof name !== "string" || isTemplate(name)) {
      this.isIncomplete = true;
      return;
    }
    const [namespace, collection, role] = name.split(".");
    const places = role
      ? [`collections/ansible_collections/${namespace}/${collection}/roles/${role}`]
      : [`playbooks/roles/${name}`, `roles/${name}`];
    const place = places.map((each) => normalize(each)).find((each) => isInside(each) && this.#folder.filesBelow(each).length > 0);
    if (place === undefined) this.isIncomplete = true;
    else if (this.#isNew(`role ${place}`)) this.#filesOfRole(place);
  }

  #filesOfRole(place: string): void {
    for (const file of [...this.#folder.filesBelow(join(place, "tasks")), ...this.#folder.filesBelow(join(place, "handlers"))])
      this.#tasks(file);
    for (const meta of this.#folder.filesBelow(join(place, "meta")).filter((file) => /\/main\.ya?ml$/.test(file)))
      for (const entry of this.#folder.read(meta) ?? [])
        for (const dependency of isEntry(entry) ? listOf(entry.dependencies) : []) {
          if (isEntry(dependency)) this.#tagsOf(dependency);
          this.#role(isEntry(dependency) ? (dependency.role ?? dependency.name) : dependency);
        }
  }

  #follow(file: string | undefined, folders: readonly string[], read: (path: string) => void): void {
    const paths = file === undefined || isTemplate(file) ? [] : folders.map((folder) => normalize(join(folder, file)));
    const found = paths.find((path) => isInside(path) && this.#folder.read(path) !== undefined);
    if (found === undefined) this.isIncomplete = true;
    else read(found);
  }

  #entriesIn(path: string): Entry[] {
    if (!this.#isNew(path)) return [];
    const documents = this.#folder.read(path);
    if (!documents) this.isIncomplete = true;
    return (documents ?? []).flatMap(listOf).filter(isEntry);
  }

  #isNew(place: string): boolean {
    if (this.#seen.has(place)) return false;
    this.#seen.add(place);
    return true;
  }

  #tagsOf({ tags }: Entry): void {
    for (const tag of listOf(tags).flatMap((each) => String(each).split(","))) {
      if (isTemplate(tag)) this.isIncomplete = true;
      else if (tag.trim() !== "") this.tags.add(tag.trim());
    }
  }
}

const isInside = (path: string): boolean => !path.startsWith("..") && !path.startsWith("/");

const shortName = (word: string): string => word.replace(/^ansible\.(builtin|legacy)\./, "");

function argumentOf(entry: Entry, word: string): unknown {
  const key = Object.keys(entry).find((each) => shortName(each) === word);
  return key === undefined ? undefined : entry[key];
}

/** The file of an import, written as a text or as the argument `file`. */
const fileIn = (given: unknown): string | undefined => {
  const file = isEntry(given) ? given.file : given;
  return typeof file === "string" ? file.trim() : undefined;
};

/** The possible modules of a task. Old playbooks name the module in `action` or `local_action`. */
function modulesOf(task: Entry): string[] {
  const older = [task.action, task.local_action].map((each) => (isEntry(each) ? each.module : each));
  return [...Object.keys(task), ...older.flatMap((each) => (typeof each === "string" ? [each.trim().split(/\s/)[0] ?? ""] : []))].map(
    shortName,
  );
}
