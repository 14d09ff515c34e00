/** A piece of text that people read, and where it is in its file. */
export interface Passage {
  text: string;
  /** Line of the first character, from 1. */
  line: number;
  /**
   * `markdown` sentences are also checked for length. A `fragment` may begin in the middle of a sentence, so its first word
   * proves nothing. A `label` is a whole string or JSX text, such as a column title.
   */
  kind: "markdown" | "heading" | "comment" | "label" | "fragment";
}

export interface Finding {
  line: number;
  /** The rejected words as written. */
  found: string;
  /** Advice: what to write in their place. */
  instead: string;
}

/** Line of the character at this offset. */
export function lineAt(passage: Passage, offset: number): number {
  return passage.line + (passage.text.slice(0, offset).match(/\n/g)?.length ?? 0);
}
