/** A command's words as one line for the login shell of another machine: sshd knows no other way. The only place where this is done. */

/**
 * Pure. Every word in single quotes, where no POSIX shell (sh, dash, bash, zsh, ash) knows any special character; so no
 * word is a keyword, an alias or an assignment either. Before anything else the line says `mark` and the number of the
 * process group, so that the command can be stopped: sshd passes no signals on to root's.
 */
export function shellLine(argv: readonly string[], mark: string): string {
  if (!argv[0] || argv[0].startsWith("-")) throw new Error("a command without a program");
  return `echo ${quoted(mark)} $$; exec ${argv.map(quoted).join(" ")}`;
}

/** Pure. `0` asks whether anything of the group is left. */
export const signalLine = (group: number, signal: "TERM" | "KILL" | "0"): string => `kill -s ${signal} -- -${group}`;

function quoted(word: string): string {
  if (word.includes("\0")) throw new Error("a word of the command holds a NUL character");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
