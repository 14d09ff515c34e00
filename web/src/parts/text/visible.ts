/** Makes hidden characters of untrusted text visible: control characters and marks that change the reading direction. Pure. */
export interface Piece {
  text: string;
  /** The code point of the character, for example U+001B. For plain text, `hidden` is undefined. */
  hidden?: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match control characters
const unseen = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(unseen)) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
    pieces.push(shown(found[0]));
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** Returns the visible form as plain text, for example for a tooltip. */
export const visible = (text: string): string =>
  piecesOf(text)
    .map((piece) => piece.text)
    .join("");

/** Replaces a hidden character with a visible form. Unicode has a symbol for each ASCII control character. */
function shown(character: string): Piece {
  const code = character.codePointAt(0) ?? 0;
  const hidden = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  if (code < 0x20) return { text: String.fromCodePoint(0x2400 + code), hidden };
  return { text: code === 0x7f ? "\u2421" : `\u27e8${hidden}\u27e9`, hidden };
}
