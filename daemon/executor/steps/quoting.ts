/**
 * Writes a command as one line for the login shell of another machine, because sshd accepts only a line. No other file builds
 * shell lines.
 */

/**
 * Returns the shell line for a command. Every word is in single quotes, in which no POSIX shell (sh, dash, bash, zsh, ash)
 * has special characters. Because of the quotes, no word can act as a keyword, an alias or an assignment. The line first
 * prints `mark` and the number of the process group. The executor needs the number of the process group to stop the command,
 * because sshd does not forward signals. The function is pure.
 */
export function shellLine(argv: readonly string[], mark: string): string {
  if (!argv[0] || argv[0].startsWith("-")) throw new Error("a command without a program");
  return `echo ${quoted(mark)} $$; exec ${argv.map(quoted).join(" ")}`;
}

/**
 * Returns the shell line that sends a signal to a process group. The signal `0` only checks whether the group still has a
 * process. The function is pure.
 */
export const signalLine = (group: number, signal: "TERM" | "KILL" | "0"): string => `kill -s ${signal} -- -${group}`;

function quoted(word: string): string {
  if (word.includes("\0")) throw new Error("a word of the command contains a NUL character");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
