/**
 * Passes a million damaged packets through every DHCP decision function. Fails if the code crashes or its memory use
 * grows. Usage: dhcp-fuzz.ts [COUNT]
 */
import { tryMutants } from "../../test/support/dhcp/dhcp-mutants.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const megabytes = () => Math.round(process.memoryUsage().heapUsed / 1_048_576);
const seen: number[] = [];
const started = performance.now();
const counts = tryMutants(count, Date.now() & 0xffff, () => {
  globalThis.gc?.();
  seen.push(megabytes());
});
const [settled = 0, last = 0] = [seen[Math.min(2, seen.length - 1)], seen.at(-1)];
const grown = last - settled;
console.log(
  JSON.stringify({
    packets: count,
    ...counts,
    heap_mb: seen,
    heap_grown_mb: grown,
    seconds: Math.round((performance.now() - started) / 1000),
  }),
);
process.exit(grown > 32 ? 1 : 0);
