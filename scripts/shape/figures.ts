/** Computes figures for a set of files, such as the median, the 95th percentile and the maximum of their lengths. */
import type { SourceModule } from "./source-module.ts";

export interface SetFigures {
  files: number;
  median: number;
  p95: number;
  max: number;
  /** The percentage of the files that have more than 300 lines. */
  over300: number;
  /** The number of comment lines per line of code. */
  commentPerCode: number;
  lines: number;
  largest: string;
}

/** Returns the quantile: the given share of the values is lower. Returns 0 if there are no values. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

export function setFigures(modules: SourceModule[]): SetFigures {
  const lines = modules.map((module) => module.lines);
  const max = Math.max(0, ...lines);
  return {
    files: modules.length,
    median: quantile(lines, 0.5),
    p95: quantile(lines, 0.95),
    max,
    over300: (100 * lines.filter((count) => count > 300).length) / Math.max(1, modules.length),
    commentPerCode: sum(modules.map((module) => module.commentLines)) / Math.max(1, sum(modules.map((module) => module.codeLines))),
    lines: sum(lines),
    largest: modules.find((module) => module.lines === max)?.path ?? "",
  };
}
