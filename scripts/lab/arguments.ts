/** Parses option values. Errors name the option. */

export function whole(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < from || value > to)
    throw new Error(`--${name}: ${text} is not a whole number from ${from} to ${to}`);
  return value;
}

export function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (!found) throw new Error(`--${name}: ${text} is not one of ${allowed.join(", ")}`);
  return found;
}
