/**
 * Keeps the password of a PostgreSQL query from machines that have not proven who they are. A program at the address of a
 * node could ask for the plain password, and older versions of psql would send it.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StepFailure } from "./ending.ts";
import { scrubbed } from "./local-command.ts";

/** The first release of psql that obeys PGREQUIREAUTH. Earlier releases ignore the variable. */
export const OBEYS_REQUIRED_AUTH = 16;
const PATIENCE_MS = 10_000;

/** Returns the environment with the rules for the password. An environment without a password needs no rules. */
export async function withGuardedPassword(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  release: () => Promise<number> = installedRelease,
): Promise<Record<string, string>> {
  // With `verify-full`, the server has proven its name with a certificate before psql sends anything.
  if (env.PGPASSWORD === undefined || env.PGSSLMODE === "verify-full") return { ...env };
  const setting = words.find((word) => !word.startsWith("--command=") && /require_?auth|sslmode|channel_?binding|passw/i.test(word));
  if (setting !== undefined)
    throw new StepFailure(`${setting} changes how psql proves its password; set PGSSLMODE in the environment of the tool form instead`);
  const found = await release();
  if (found < OBEYS_REQUIRED_AUTH)
    throw new StepFailure(
      `psql ${found} would send the password as plain text to any machine that asks for it, so the query was not started; ` +
        `install psql ${OBEYS_REQUIRED_AUTH} or newer on the control node, or set PGSSLMODE: verify-full and PGSSLROOTCERT in the tool form`,
    );
  // A server that asks for the password itself, not for a proof of it, does not get it.
  return { ...env, PGREQUIREAUTH: "scram-sha-256,none" };
}

/** Reads the release from the version that psql prints, such as `psql (PostgreSQL) 15.18`. */
export function releaseIn(version: string): number | undefined {
  const [, major] = /\) (\d+)/.exec(version) ?? [];
  return major === undefined ? undefined : Number(major);
}

async function installedRelease(): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)("psql", ["--version"], { env: scrubbed(), timeout: PATIENCE_MS });
    const major = releaseIn(stdout);
    if (major !== undefined) return major;
  } catch (cause) {
    throw new StepFailure("psql cannot be started on the control node; install the package postgresql-client", { cause });
  }
  throw new StepFailure("psql does not state its version; install the package postgresql-client of your system");
}
