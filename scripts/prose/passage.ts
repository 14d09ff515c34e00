/** A piece of text for people, and its position in the file. */
export interface Passage {
  text: string;
  /** The number of the line with the first character, counted from 1. */
  line: number;
  /**
   * Sentences of the kind `markdown` are also checked for their length. A `fragment` may begin in the middle of a
   * sentence, so its first word is not checked. A `label` is a whole string or JSX text, such as a column title.
   */
  kind: "markdown" | "heading" | "comment" | "label" | "fragment";
}

export interface Finding {
  line: number;
  /** The rejected words as they are written in the file. */
  found: string;
  /** The words to use in place of the rejected words. */
  instead: string;
}

/** Returns the number of the line that contains the character at this offset. */
export function lineAt(passage: Passage, offset: number): number {
  return passage.line + (passage.text.slice(0, offset).match(/\n/g)?.length ?? 0);
}
