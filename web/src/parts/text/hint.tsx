/** The daemon's advice. It marks commands with backticks, as its own terminal output does. */
export function Hint({ text }: { text: string }) {
  const parts = text.split("`");
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence have no other name
  return parts.map((part, index) => (index % 2 === 1 && index < parts.length - 1 ? <code key={index}>{part}</code> : part));
}
