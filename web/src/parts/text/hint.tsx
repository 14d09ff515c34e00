/** Shows advice of the daemon. Backticks mark commands, as in the terminal output of the daemon. */
export function Hint({ text }: { text: string }) {
  const parts = text.split("`");
  // biome-ignore lint/suspicious/noArrayIndexKey: a part of a sentence has no key other than its index
  return parts.map((part, index) => (index % 2 === 1 && index < parts.length - 1 ? <code key={index}>{part}</code> : part));
}
