/**
 * Runs the test files that are named as arguments, one after the other, in this process. Each file becomes a suite,
 * so that the hooks of a file apply only to its own tests.
 */
import { relative, resolve } from "node:path";
import { describe } from "node:test";

/**
 * If a test does not end within this time, only its test file is stopped. The time limit is high, because tests run
 * several times slower on a busy machine.
 */
const FILE_TIMEOUT_MS = 600_000;

for (const file of process.argv.slice(2))
  describe(relative(process.cwd(), file), { timeout: FILE_TIMEOUT_MS }, async () => {
    await import(resolve(file));
  });
