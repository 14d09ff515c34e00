/**
 * Removes the escape sequences of terminals from text. Node's own `stripVTControlCharacters` needs quadratic time for
 * `ESC ]` repeated, so a node's output of 64 KiB could block the control process for many seconds.
 */

/**
 * The repeated part of each branch excludes ESC, the first character of every sequence. Therefore no character is read
 * more than a few times. A title (`ESC ]`) without an end loses only its first two characters.
 */
const SEQUENCE = new RegExp(
  [
    "\\u001b\\[[0-?]*[ -/]*[@-~]",
    "\\u009b[0-?]*[ -/]*[@-~]",
    "\\u001b\\](?:[^\\u0007\\u001b\\u009c\\n]{0,4096}(?:\\u0007|\\u001b\\\\|\\u009c))?",
    "\\u001b[ -/]*[0-~]",
  ].join("|"),
  "g",
);

export const plainText = (text: string): string => text.replace(SEQUENCE, "");
