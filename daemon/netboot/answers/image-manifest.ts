/** Reads the digest of the image's root archive. The installer verifies the archive with this digest. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { MusterError } from "../../errors/errors.ts";

const Manifest = z.object({ rootSha256: z.string().regex(/^[0-9a-f]{64}$/) });

export function rootDigest(assets: string): string {
  const file = join(assets, "image/13/amd64/manifest.json");
  if (!existsSync(file)) throw new MusterError("BOOT_FILES_MISSING", "the image has not been built");
  return Manifest.parse(JSON.parse(readFileSync(file, "utf8"))).rootSha256;
}
