/** Finds the jobs of one run and summarizes their results. Pure. */
import type { Job } from "../../../daemon/contract/jobs/job.ts";

const byName = new Intl.Collator("en", { numeric: true });

/** Failures first. */
export function waveOf(job: Pick<Job, "run">, jobs: Iterable<Job>): Job[] {
  if (job.run === undefined) return [];
  const together = [...jobs].filter(({ run }) => run === job.run);
  if (together.length < 2) return [];
  return together.sort((a, b) => Number(isGood(a)) - Number(isGood(b)) || byName.compare(a.nodeName, b.nodeName));
}

const isGood = ({ status }: Job): boolean => status === "succeeded";

/** Formats Ansible's own counts, for example "3 changed, 1 failed". */
export function waveCountsOf({ result }: Pick<Job, "result">): string {
  if (!result?.recap) return "";
  const { changed, failures, unreachable, ok } = result.recap;
  return [
    `${ok} ok`,
    `${changed} changed`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(unreachable > 0 ? ["unreachable"] : []),
  ].join(", ");
}
