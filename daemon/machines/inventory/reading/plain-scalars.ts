/**
 * Resolves YAML scalars without quotes as PyYAML does. PyYAML is the reader inside Ansible. Other YAML readers disagree
 * about numbers, times and booleans. Pure.
 */

const BOOLEAN = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$|^(no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER = /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const NOTHING = /^(?:~|null|Null|NULL|)$/;
const TIME = /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?$/;

/** A date or time. Ansible keeps it as an object, and Muster keeps the text in the file. */
export class Time {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Plain = string | number | bigint | boolean | null | Time;

export function resolvePlain(text: string): Plain {
  if (NOTHING.test(text)) return null;
  const truth = BOOLEAN.exec(text);
  if (truth) return truth[1] === undefined;
  if (FLOAT.test(text)) return floatOf(text);
  if (INTEGER.test(text)) return integerOf(text);
  const time = TIME.exec(text);
  // A date alone needs two digits for the month and the day.
  if (time && (text.length > 10 || /^\d{4}-\d\d-\d\d$/.test(text))) return timeOf(text, time);
  return text;
}

function floatOf(text: string): number {
  const [sign, digits] = signed(text.replaceAll("_", "").toLowerCase());
  if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
  if (digits === ".nan") return Number.NaN;
  return sign * digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function integerOf(text: string): number | bigint {
  const [sign, digits] = signed(text.replaceAll("_", ""));
  const value = digits.includes(":")
    ? digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n)
    : BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const whole = sign < 0 ? -value : value;
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

const signed = (text: string): [number, string] => (/^[-+]/.test(text) ? [text[0] === "-" ? -1 : 1, text.slice(1)] : [1, text]);

/** Throws for a day that does not exist. Ansible refuses the whole file in this case. */
function timeOf(text: string, [, year, month, day]: RegExpExecArray): Time {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) throw new RangeError(`${text} is no date`);
  return new Time(text);
}
