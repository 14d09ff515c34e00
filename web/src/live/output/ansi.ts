/** Splits a line with colours into pieces of text, each with the class names of its style. Pure. */

export interface Style {
  /** The number of the colour: 0 to 7, or 8 to 15 for bright colours. */
  colour?: number;
  bold?: true;
  dim?: true;
  underline?: true;
}

export interface Span {
  text: string;
  className: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match the escape character
const code = /\x1b\[([0-9;]*)m/g;
const plainStyle: Style = {};

export const withoutColours = (line: string): string => (line.includes("\x1b") ? line.replace(code, "") : line);

/** `style` is the style at the end of the previous line. */
export function spansOf(line: string, style: Style = plainStyle): Span[] {
  const spans: Span[] = [];
  let at = 0;
  let now = style;
  const take = (to: number) => {
    if (to > at) spans.push({ text: line.slice(at, to), className: classOf(now) });
  };
  for (const found of line.matchAll(code)) {
    take(found.index);
    at = found.index + found[0].length;
    now = changed(now, found[1] ?? "");
  }
  take(line.length);
  return spans;
}

/** Returns the style at the end of a line. */
export function styleAfter(line: string, style: Style = plainStyle): Style {
  if (!line.includes("\x1b")) return style;
  let now = style;
  for (const found of line.matchAll(code)) now = changed(now, found[1] ?? "");
  return now;
}

export const isPlain = (style: Style): boolean => classOf(style) === "";

function changed(style: Style, parameters: string): Style {
  const numbers = parameters.split(";").map(Number);
  let now = style;
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index] ?? 0;
    if (number === 38 || number === 48) {
      const palette = numbers[index + 1] === 5;
      const colour = numbers[index + 2];
      // The page shows only the sixteen standard colours of larger palettes.
      if (number === 38 && palette && colour !== undefined && colour < 16) now = { ...now, colour };
      index += palette ? 2 : 4;
    } else now = step(now, number);
  }
  return now;
}

function step(style: Style, number: number): Style {
  const { colour, bold, dim, underline, ...none } = style;
  if (number === 0) return plainStyle;
  if (number === 1) return { ...style, bold: true };
  if (number === 2) return { ...style, dim: true };
  if (number === 4) return { ...style, underline: true };
  if (number === 22) return { ...none, ...(colour !== undefined && { colour }), ...(underline && { underline }) };
  if (number === 24) return { ...none, ...(colour !== undefined && { colour }), ...(bold && { bold }), ...(dim && { dim }) };
  if (number === 39) return { ...none, ...(bold && { bold }), ...(dim && { dim }), ...(underline && { underline }) };
  if (number >= 30 && number <= 37) return { ...style, colour: number - 30 };
  if (number >= 90 && number <= 97) return { ...style, colour: number - 82 };
  return style;
}

function classOf({ colour, bold, dim, underline }: Style): string {
  return [colour !== undefined && `ansi-${colour}`, bold && "ansi-bold", dim && "ansi-dim", underline && "ansi-underline"]
    .filter((name) => typeof name === "string")
    .join(" ");
}
