/**
 * Checks types, lint, unused files and dependencies, prose, and the shape of the tree. Every commit must pass these
 * checks and the unit tests.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

const steps: [name: string, command: string, args: string[]][] = [
  ["types", bin("tsc"), ["--noEmit"]],
  ["types of the page", bin("tsc"), ["-p", "web/tsconfig.json"]],
  ["lint", bin("biome"), ["check", "--error-on-warnings"]],
  ["dead files and dependencies", bin("knip"), ["--no-progress", "--include", "files,dependencies,unlisted"]],
  ["prose", process.execPath, [join(root, "scripts/prose.ts")]],
  ["shape", process.execPath, [join(root, "scripts/shape.ts"), "--bars"]],
];

const failed: string[] = [];
for (const [name, command, args] of steps) {
  const started = Date.now();
  const code = await new Promise<number | null>((resolve) => {
    spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).once("close", resolve);
  });
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (code !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(", ")}`);
  process.exit(1);
}
