/** Computes which components (udebs) the Debian installer will download, by the rules of the installer's program anna. Pure. */

export interface Udeb {
  name: string;
  version: string;
  priority: string;
  /** The kernel version that the component needs, if it contains kernel modules. */
  kernel: string | undefined;
  provides: string[];
  depends: string[];
  /** The path of the package, relative to the mirror. */
  file: string;
}

/** Parses the stanzas of a Packages file or a dpkg status file. */
export function parseUdebs(text: string): Udeb[] {
  return text
    .split(/\n{2,}/)
    .map((stanza) => new Map([...stanza.matchAll(/^([A-Za-z-]+):[ \t]*(.*)$/gm)].map(([, key = "", value = ""]) => [key, value])))
    .filter((fields) => fields.has("Package"))
    .map((fields) => ({
      name: fields.get("Package") ?? "",
      version: fields.get("Version") ?? "",
      priority: fields.get("Priority") ?? "",
      kernel: fields.get("Kernel-Version"),
      provides: names(fields.get("Provides")),
      depends: names(fields.get("Depends")),
      file: fields.get("Filename") ?? "",
    }));
}

/**
 * Returns the components that the initrd lacks: all with priority `standard` or higher for this kernel, and their
 * dependencies.
 */
export function wantedUdebs(initrd: readonly Udeb[], archive: readonly Udeb[], kernel: string): Udeb[] {
  const there = new Set(initrd.flatMap(({ name, provides }) => [name, ...provides]));
  const fitting = archive.filter((udeb) => udeb.kernel === undefined || udeb.kernel === kernel);
  const providers = new Map<string, Udeb>();
  for (const udeb of fitting) for (const name of [udeb.name, ...udeb.provides]) if (!providers.has(name)) providers.set(name, udeb);
  const wanted = new Map<string, Udeb>();
  const add = (udeb: Udeb) => {
    if (there.has(udeb.name) || wanted.has(udeb.name)) return;
    wanted.set(udeb.name, udeb);
    for (const needed of udeb.depends) {
      const provider = there.has(needed) ? undefined : providers.get(needed);
      if (provider) add(provider);
    }
  };
  for (const udeb of fitting) if (["required", "important", "standard"].includes(udeb.priority)) add(udeb);
  return [...wanted.values()];
}

/** Returns the stanza that the installer's dpkg writes for an installed component. */
export function installedStanza({ name, version, provides, depends }: Udeb): string {
  const lines = [`Package: ${name}`, "Status: install ok installed", `Version: ${version}`];
  if (provides.length > 0) lines.push(`Provides: ${provides.join(", ")}`);
  if (depends.length > 0) lines.push(`Depends: ${depends.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** Takes the first alternative of each dependency and removes version conditions. */
const names = (list = ""): string[] =>
  list
    .split(",")
    .map((each) => each.trim().split(/[ |(]/)[0] ?? "")
    .filter(Boolean);
