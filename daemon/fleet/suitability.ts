/** Whether a machine can run what a profile installs. What nobody has said of it yet is no obstacle. */
import { debianFor } from "../contract/debian.ts";
import type { Facts, Profile } from "../contract/node.ts";

/** The reason against it, or nothing. */
export function unsuitable({ cpuArch }: Pick<Facts, "cpuArch">, profile: Profile): string | undefined {
  if (cpuArch === undefined) return undefined;
  const { release, architecture, profiles, because } = debianFor[cpuArch];
  if (profiles.includes(profile)) return undefined;
  return `${because ?? `this CPU is ${cpuArch}`}; Debian ${release} ${architecture} runs on it, installed by hand (\`muster token create\` lets it call home)`;
}
