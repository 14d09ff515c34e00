/** Orders the risks: read < write < delete. */
import type { Risk } from "../../contract/changes/tool.ts";

const order: Record<Risk, number> = { read: 0, write: 1, delete: 2 };

export const worst = (...risks: readonly Risk[]): Risk =>
  risks.reduce<Risk>((worse, risk) => (order[risk] > order[worse] ? risk : worse), "read");
