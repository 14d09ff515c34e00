/** Formats an instant relative to now in one unit, for example "3 min ago" or "in 2 h". */
const SECOND_MS = 1000;
const units = [
  { word: "d", ms: 86_400 * SECOND_MS },
  { word: "h", ms: 3600 * SECOND_MS },
  { word: "min", ms: 60 * SECOND_MS },
  { word: "s", ms: SECOND_MS },
] as const;

export function relativeTime(at: string, nowMs: number): string {
  const past = nowMs - Date.parse(at);
  const unit = units.find(({ ms }) => Math.abs(past) >= ms);
  if (!unit) return "just now";
  const amount = `${Math.floor(Math.abs(past) / unit.ms)} ${unit.word}`;
  return past > 0 ? `${amount} ago` : `in ${amount}`;
}

/** Formats the duration between two instants, for example "4 min 07 s". */
export const durationText = (from: string, toMs: number): string => lengthOf(toMs - Date.parse(from));

export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

const exact = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

/** Formats the time in the time zone of the browser, followed by the time as it is stored. */
export const exactTime = (at: string): string => `${exact.format(new Date(at))} = ${at}`;
