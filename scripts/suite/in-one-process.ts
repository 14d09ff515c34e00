/**
 * Runs the test files of its arguments one after the other in this process. Each file becomes a suite, so
 * that its hooks apply only to itself.
 */
import { relative, resolve } from "node:path";
import { describe } from "node:test";

/** An endless test ends its own file only. A busy machine is several times slower than a quiet one. */
const FILE_TIMEOUT_MS = 600_000;

for (const file of process.argv.slice(2))
  describe(relative(process.cwd(), file), { timeout: FILE_TIMEOUT_MS }, async () => {
    await import(resolve(file));
  });
