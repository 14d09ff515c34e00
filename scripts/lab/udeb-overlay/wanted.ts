/** Which installer components (udebs) the Debian installer will ask its mirror for, as its own anna decides. Pure. */

export interface Udeb {
  name: string;
  version: string;
  priority: string;
  /** Set for kernel modules: the kernel they are for. */
  kernel: string | undefined;
  provides: string[];
  depends: string[];
  /** Path below the mirror. */
  file: string;
}

/** Stanzas of a Packages or a dpkg status file. */
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

/** Everything of standard priority or more for this kernel that is not in the initrd yet, with what it depends on. */
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

/** What the installer's dpkg writes down of a component it has installed. */
export function installedStanza({ name, version, provides, depends }: Udeb): string {
  const lines = [`Package: ${name}`, "Status: install ok installed", `Version: ${version}`];
  if (provides.length > 0) lines.push(`Provides: ${provides.join(", ")}`);
  if (depends.length > 0) lines.push(`Depends: ${depends.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** Of alternatives the first; versions left out. */
const names = (list = ""): string[] =>
  list
    .split(",")
    .map((each) => each.trim().split(/[ |(]/)[0] ?? "")
    .filter(Boolean);
