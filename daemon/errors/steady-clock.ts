/**
 * The clock for durations. Unlike `Date`, it never jumps when NTP or a person corrects the time of the control node. All
 * processes read the same value until the next boot.
 */
export const steadyMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);
