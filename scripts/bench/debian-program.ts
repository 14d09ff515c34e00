/** Programs of Debian packages that need not be installed, and some cannot be side by side: unpacked into a folder, nothing is started. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

const cache = join(import.meta.dirname, "../../.cache/debian");

/** The installed program, or the one out of its package. */
export function debianProgram(name: string, debianPackage: string): string {
  const place = join(cache, debianPackage);
  const find = () =>
    ["/usr/sbin", "/usr/bin", join(place, "usr/sbin"), join(place, "usr/bin")].map((folder) => join(folder, name)).find(existsSync);
  const there = find();
  if (there) return there;
  mkdirSync(place, { recursive: true });
  execFileSync("apt-get", ["download", debianPackage], { cwd: place, stdio: ["ignore", "ignore", "pipe"] });
  const archive = readdirSync(place).find((file) => file.endsWith(".deb"));
  if (!archive) throw new Error(`apt-get brought no ${debianPackage}`);
  execFileSync("dpkg-deb", ["-x", join(place, archive), place]);
  const unpacked = find();
  if (!unpacked) throw new Error(`${debianPackage} holds no ${name}`);
  return unpacked;
}
