/** Writes the words of a command as one line for the login shell of another machine, because sshd accepts only a line. No other file does this. */

/**
 * Every word is in single quotes. No POSIX shell (sh, dash, bash, zsh, ash) has special characters there, so no word is a
 * keyword, an alias or an assignment. The line first prints `mark` and the number of the process group. With it the
 * command can be stopped, because sshd does not forward signals. Pure.
 */
export function shellLine(argv: readonly string[], mark: string): string {
  if (!argv[0] || argv[0].startsWith("-")) throw new Error("a command without a program");
  return `echo ${quoted(mark)} $$; exec ${argv.map(quoted).join(" ")}`;
}

/** `0` checks whether any process of the group is left. Pure. */
export const signalLine = (group: number, signal: "TERM" | "KILL" | "0"): string => `kill -s ${signal} -- -${group}`;

function quoted(word: string): string {
  if (word.includes("\0")) throw new Error("a word of the command contains a NUL character");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
