/** The list of jobs. */
import { useState } from "react";
import { JobRows } from "../parts/jobs/job-rows.tsx";
import { jobLabel } from "../parts/jobs/job-states.ts";
import { useView } from "../parts/page-context.ts";

export function JobsPage() {
  const { fleet, loaded } = useView();
  const [text, setText] = useState("");
  const jobs = [...fleet.jobs.values()];
  if (!loaded) return <p className="asking">Loading…</p>;
  if (jobs.length === 0) {
    return (
      <section className="empty">
        <h1>No jobs yet</h1>
        <p>A job starts when a machine calls home after its installation, or when an operator configures the machine again.</p>
      </section>
    );
  }
  const wanted = text.trim().toLowerCase();
  const shown = jobs.filter(({ id, playbook, nodeName, status }) =>
    [id, playbook, nodeName, jobLabel[status].word].some((field) => field.toLowerCase().includes(wanted)),
  );
  return (
    <section className="detail">
      <div className="counts">
        <h1>
          Jobs <span className="count">{jobs.length}</span>
        </h1>
        <input
          type="search"
          className="filter"
          aria-label="Filter by machine, playbook, status or id"
          placeholder="Machine, playbook, status, id"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      {shown.length === 0 ? <p className="soft">No job matches.</p> : <JobRows jobs={shown} />}
    </section>
  );
}
