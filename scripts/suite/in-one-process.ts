/**
 * Runs the test files of its arguments one after the other in this process. Each file becomes a suite, so
 * that its hooks apply only to itself.
 */
import { relative, resolve } from "node:path";
import { after, describe } from "node:test";

/** An endless test ends its own file only. A busy machine is several times slower than a quiet one. */
const FILE_TIMEOUT_MS = 600_000;

for (const file of process.argv.slice(2))
  describe(relative(process.cwd(), file), { timeout: FILE_TIMEOUT_MS }, async () => {
    await import(resolve(file));
  });

/** A handle that one file leaves open must not keep the process running. Its results need a moment to leave it. */
after(() => void setTimeout(() => process.exit(), 10_000).unref());
