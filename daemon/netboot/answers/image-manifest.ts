/** Reads the description of the built image: its release, and the digest with which the installer verifies the root archive. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { imageFolder, releaseOf, type Suite } from "../../contract/netboot/suite.ts";
import { MusterError } from "../../errors/errors.ts";

const Manifest = z.object({ rootSha256: z.string().regex(/^[0-9a-f]{64}$/) });

export function rootDigest(assets: string, suite: Suite): string {
  const text = manifestText(assets, suite);
  if (text === undefined) throw new MusterError("BOOT_FILES_MISSING", `the image of Debian ${suite} has not been built`);
  const found = imageSuite(assets, suite);
  if (found !== undefined && found !== suite) throw new MusterError("BOOT_FILES_MISSING", anotherRelease("the image", found, suite));
  return Manifest.parse(JSON.parse(text)).rootSha256;
}

export const anotherRelease = (what: string, found: string, suite: Suite): string =>
  `${what} among the assets is ${found}, but machines.debian.suite is ${suite} (Debian ${releaseOf(suite)})`;

/** Returns the release that the image in the folder of `suite` names. Returns undefined if there is none. */
export const imageSuite = (assets: string, suite: Suite): string | undefined =>
  /"suite": *"([a-z]{1,20})"/.exec(manifestText(assets, suite) ?? "")?.[1];

function manifestText(assets: string, suite: Suite): string | undefined {
  const file = join(assets, imageFolder(suite), "manifest.json");
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
