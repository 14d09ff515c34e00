/** A steady clock that the test moves. The wall clock is separate. */
import type { TestContext } from "node:test";

/** Sets the steady clock to `ms` and returns a function that sets it again. */
export function steadyAt(t: TestContext, ms: number): (ms: number) => void {
  let now = ms;
  t.mock.method(process.hrtime, "bigint", () => BigInt(now) * 1_000_000n);
  return (to) => {
    now = to;
  };
}
