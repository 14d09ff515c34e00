/**
 * Handles the arguments of all lab scripts in the same way. `--help` exits with 0. An invalid argument prints the
 * usage and exits with 2.
 */

export async function answer<T>(
  {
    name,
    usage,
    read,
  }: { name: string; usage: string /** `read` returns undefined if `--help` is given */; read(argv: string[]): T | undefined },
  run: (wanted: T) => Promise<number>,
): Promise<number> {
  let wanted: T | undefined;
  try {
    wanted = read(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  if (wanted !== undefined) return run(wanted);
  process.stdout.write(usage);
  return 0;
}
