/**
 * Computes the number of terminal columns that a text occupies. Wide characters occupy two columns, and combining marks
 * occupy none.
 */

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]|\ufe0f/u;
const ascii = /^[ -~]*$/;

export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/** Returns the longest beginning of the text that fits into this number of columns. */
export function fitting(text: string, columns: number): string {
  let [width, end] = [0, 0];
  for (const { segment, index } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

const widthOf = (grapheme: string): number => (wide.test(grapheme) ? 2 : /^\p{Mn}+$/u.test(grapheme) ? 0 : 1);
