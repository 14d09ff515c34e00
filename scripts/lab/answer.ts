/** What every script of the laboratory does with its arguments: `--help` ends with 0; what it does not understand ends with 2 and the usage. */

export async function answer<T>(
  { name, usage, read }: { name: string; usage: string /** Undefined asks for help. */; read(argv: string[]): T | undefined },
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
