/** Shows untrusted text from people and machines. Hidden characters are made visible. */
import { piecesOf } from "./visible.ts";

export function Untrusted({ text }: { text: string }) {
  return piecesOf(text).map(({ text: part, hidden }, index) =>
    hidden === undefined ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a text has no key other than its index
      <span key={index} className="hidden-character" title={`hidden character: ${hidden}`}>
        {part}
      </span>
    ),
  );
}
