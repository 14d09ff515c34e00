/** Reads the version of this program from its `package.json`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const Package = z.object({ version: z.string() });

export const VERSION = Package.parse(JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"))).version;
