/** Shows jobs in a list, newest first. */
import type { Job } from "../../../../daemon/contract/jobs/job.ts";
import { jobHref, nodeHref } from "../route.ts";
import { Untrusted } from "../text/untrusted.tsx";
import { Ago, Lasting } from "../time/ago.tsx";
import { jobLabel } from "./job-states.ts";

/** If `ofOneNode` is true, the list omits the name of the machine. */
export function JobRows({ jobs, ofOneNode = false }: { jobs: readonly Job[]; ofOneNode?: boolean }) {
  const newestFirst = [...jobs].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
  return (
    <ul className="job-rows">
      {newestFirst.map((job) => (
        <li key={job.id} className={`job-row tone-${jobLabel[job.status].tone}`} data-job={job.id}>
          <span className="badge">{jobLabel[job.status].word}</span>
          <a className="job-name" href={jobHref(job.id)}>
            {job.playbook}
          </a>
          {!ofOneNode && <a href={nodeHref(job.nodeName)}>{job.nodeName}</a>}
          <span className="job-summary soft">
            <Untrusted text={job.result?.summary ?? `requested by ${job.requestedBy}`} />
          </span>
          <span className="job-when soft">
            {job.startedAt !== undefined && (
              <>
                <Lasting from={job.startedAt} to={job.endedAt} />
                {" · "}
              </>
            )}
            <Ago at={job.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
