/** Jobs in a list, newest first. */
import type { Job } from "../../../daemon/contract/job.ts";
import { jobLook } from "../job/job-look.ts";
import { Ago, Lasting } from "./ago.tsx";
import { jobHref, nodeHref } from "./route.ts";
import { Untrusted } from "./untrusted.tsx";

/** `ofOneNode`: where everything is about one machine, its name is not repeated. */
export function JobRows({ jobs, ofOneNode = false }: { jobs: readonly Job[]; ofOneNode?: boolean }) {
  const newestFirst = [...jobs].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
  return (
    <ul className="job-rows">
      {newestFirst.map((job) => (
        <li key={job.id} className={`job-row tone-${jobLook[job.status].tone}`} data-job={job.id}>
          <span className="badge">{jobLook[job.status].word}</span>
          <a className="job-name" href={jobHref(job.id)}>
            {job.playbook}
          </a>
          {!ofOneNode && <a href={nodeHref(job.nodeName)}>{job.nodeName}</a>}
          <span className="job-summary soft">
            <Untrusted text={job.result?.summary ?? `asked by ${job.requestedBy}`} />
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
