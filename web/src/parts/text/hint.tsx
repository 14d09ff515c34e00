/** Advice of the daemon. Backticks mark commands, as in its terminal output. */
export function Hint({ text }: { text: string }) {
  const parts = text.split("`");
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence have no other name
  return parts.map((part, index) => (index % 2 === 1 && index < parts.length - 1 ? <code key={index}>{part}</code> : part));
}
