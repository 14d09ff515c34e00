/**
 * Unpacks the programs of Debian packages without installing the packages, because some packages conflict. The
 * package is unpacked into a folder, and no program is started.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

const cache = join(import.meta.dirname, "../../.cache/debian");

/** Returns the path of the program. If the program is not installed, the path is in the unpacked package. */
export function debianProgram(name: string, debianPackage: string): string {
  const place = join(cache, debianPackage);
  const find = () =>
    ["/usr/sbin", "/usr/bin", join(place, "usr/sbin"), join(place, "usr/bin")].map((folder) => join(folder, name)).find(existsSync);
  const there = find();
  if (there) return there;
  mkdirSync(place, { recursive: true });
  execFileSync("apt-get", ["download", debianPackage], { cwd: place, stdio: ["ignore", "ignore", "pipe"] });
  const archive = readdirSync(place).find((file) => file.endsWith(".deb"));
  if (!archive) throw new Error(`apt-get did not download ${debianPackage}`);
  execFileSync("dpkg-deb", ["-x", join(place, archive), place]);
  const unpacked = find();
  if (!unpacked) throw new Error(`${debianPackage} does not contain ${name}`);
  return unpacked;
}
