/** Shows the result, the failed task and the output of each node of a run. */
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { jobLabel } from "../parts/jobs/job-states.ts";
import { useView } from "../parts/page-context.ts";
import { jobHref, nodeHref } from "../parts/route.ts";
import { Sheet } from "../parts/sheet.tsx";
import { waveCountsOf, waveOf } from "./wave.ts";

export function WaveResults({ job }: { job: Job }) {
  const { fleet } = useView();
  const wave = waveOf(job, fleet.jobs.values());
  if (wave.length === 0) return null;
  return (
    <Sheet
      title="Nodes of this run"
      count={wave.length}
      columns={["Node", "Result", "Tasks", "Failed task", "Output"]}
      rows={wave.map((each) => ({
        key: each.id,
        cells: [
          <a key="node" href={nodeHref(each.nodeName)}>
            {each.nodeName}
          </a>,
          <span key="result" className={`badge tone-${jobLabel[each.status].tone}`}>
            {jobLabel[each.status].word}
          </span>,
          waveCountsOf(each),
          each.result?.failedTask ? `${each.result.failedTask.name}: ${each.result.failedTask.message.split("\n")[0]}` : "",
          each.id === job.id ? (
            "below"
          ) : (
            <a key="output" href={jobHref(each.id)} aria-label={`Output of ${each.nodeName}`}>
              output
            </a>
          ),
        ],
      }))}
    />
  );
}
