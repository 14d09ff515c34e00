/**
 * Builds a second initrd with the installer components that this host's Debian mirror lacks. Some Debian mirrors lack
 * files with a "+" in their name. If the mirror is complete, no overlay is built.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_SUITE } from "../../../daemon/contract/netboot/suite.ts";
import { type StandIn, standInFor } from "./stand-ins.ts";
import { installedStanza, parseUdebs, type Udeb, wantedUdebs } from "./wanted.ts";

const scripts = join(import.meta.dirname, "../..");

/**
 * Returns the path of the overlay, or undefined if no overlay is needed. The parameter `installer` is the folder that
 * contains the installer's initrd.gz.
 */
export async function buildUdebOverlay(installer: string, cache: string, say: (line: string) => void): Promise<string | undefined> {
  const folder = join(cache, "udebs");
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, "work-"));
  try {
    const initrd = unpackInitrd(join(installer, "initrd.gz"), work);
    const kernel = readdirSync(join(initrd, "usr/lib/modules"))[0] ?? "";
    const status = readFileSync(join(initrd, "var/lib/dpkg/status"), "utf8");
    const wanted = wantedUdebs(parseUdebs(status), udebsOfMirror(folder), kernel);
    const missing = await missingOnMirror(wanted);
    if (missing.length === 0) return undefined;
    const from = sources(missing);
    const out = join(folder, `overlay-${fingerprint(join(installer, "initrd.gz"), missing)}.img`);
    if (existsSync(out)) return out;
    say(`The mirror lacks ${missing.length} of ${wanted.length} installer components; taking their files from Debian packages`);
    for (const old of readdirSync(folder)) if (old.startsWith("overlay-")) rmSync(join(folder, old), { recursive: true });
    const packages = join(work, "packages");
    mkdirSync(packages);
    suiteApt(folder, "main", ["apt-get", "update"]);
    suiteApt(folder, "main", ["apt-get", "download", `linux-image-${kernel}`, ...from.packages], packages);
    const listed = join(work, "status");
    writeFileSync(listed, `${status.trimEnd()}\n\n${missing.map(installedStanza).join("\n")}`);
    const part = join(work, "overlay.img");
    execFileSync(join(import.meta.dirname, "pack"), [initrd, kernel, listed, packages, part, ...from.modules], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    renameSync(part, out);
    return out;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function unpackInitrd(file: string, work: string): string {
  const initrd = join(work, "initrd");
  mkdirSync(initrd);
  // Device nodes are skipped, because creating them requires root and the build does not use them.
  // Other error messages of cpio are ignored.
  execFileSync("bash", ["-c", 'zcat "$1" | cpio -idm --quiet --no-absolute-filenames -f "dev/*"', "unpack", file], { cwd: initrd });
  return initrd;
}

function udebsOfMirror(folder: string): Udeb[] {
  suiteApt(folder, "main/debian-installer", ["apt-get", "update"]);
  return parseUdebs(suiteApt(folder, "main/debian-installer", ["apt-cache", "dumpavail"]));
}

async function missingOnMirror(wanted: readonly Udeb[]): Promise<Udeb[]> {
  const mirror = execFileSync(join(scripts, "assets/debian-mirror"), { encoding: "utf8" }).trim();
  const found = await Promise.all(
    wanted.map(async (udeb) => {
      const { status } = await fetch(`${mirror}/${udeb.file.replaceAll("+", "%2B")}`, { method: "HEAD" });
      if (status !== 200 && status !== 404) throw new Error(`the Debian mirror answered ${status} for ${udeb.file}`);
      return status === 200;
    }),
  );
  return wanted.filter((_, index) => !found[index]);
}

function sources(missing: readonly Udeb[]): Required<StandIn> {
  const each = missing.map(({ name }) => {
    const standIn = standInFor(name);
    if (!standIn) throw new Error(`the Debian mirror lacks ${name}, and no package is known to replace it`);
    return standIn;
  });
  const all = (pick: (standIn: StandIn) => readonly string[] | undefined) => [...new Set(each.flatMap((one) => pick(one) ?? []))];
  return { modules: all(({ modules }) => modules), packages: all(({ packages }) => packages) };
}

/** The fingerprint changes when the installer, the mirror or these build scripts change. */
function fingerprint(initrd: string, missing: readonly Udeb[]): string {
  const hash = createHash("sha256")
    .update(readFileSync(initrd))
    .update(missing.map(({ file }) => file).join("\n"));
  for (const part of ["pack", "log-to-serial", "stand-ins.ts"]) hash.update(readFileSync(join(import.meta.dirname, part)));
  return hash.digest("hex").slice(0, 16);
}

function suiteApt(folder: string, component: string, args: string[], cwd = folder): string {
  return execFileSync(join(scripts, "suite-apt"), [join(folder, component.replaceAll("/", "-")), DEFAULT_SUITE, ...args], {
    cwd,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, MUSTER_DEBIAN_COMPONENT: component },
  });
}
