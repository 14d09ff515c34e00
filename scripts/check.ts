/**
 * Checks types, lint, unused files and dependencies, prose, and the structure of the source tree. With `--tests`, the
 * program also runs the unit tests. These checks and the unit tests must pass before every commit.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);
const script = (name: string) => join(root, "scripts", name);

type Step = [name: string, command: string, args: string[]];

/** The step that takes longest comes first. */
const steps: Step[] = [
  ...(process.argv.includes("--tests") ? [["unit tests", process.execPath, [script("test.ts"), "unit"]] satisfies Step] : []),
  ["types of the page", bin("tsc"), ["-p", "web/tsconfig.json"]],
  ["lint", bin("biome"), ["check", "--error-on-warnings"]],
  ["dead files and dependencies", bin("knip"), ["--no-progress", "--include", "files,dependencies,unlisted"]],
  ["types", bin("tsc"), ["--noEmit"]],
  ["prose", process.execPath, [script("prose.ts")]],
  ["shape", process.execPath, [script("shape.ts"), "--bars"]],
];
const AT_ONCE = 3;

const failed: string[] = [];
const left = [...steps];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let step = left.shift(); step; step = left.shift()) await run(step);
  }),
);
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(", ")}`);
  process.exit(1);
}

/** Prints the output of a step only if the step failed, because several steps run at the same time. */
async function run([name, command, args]: Step): Promise<void> {
  const started = Date.now();
  const output: Buffer[] = [];
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => output.push(bytes));
    child.once("error", reject).once("close", resolve);
  });
  if (code !== 0) {
    process.stdout.write(Buffer.concat(output));
    failed.push(name);
  }
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
