/** The list of jobs. */
import { useView } from "./desk.ts";
import { JobRows } from "./job-rows.tsx";

export function JobsPage() {
  const { fleet, loaded } = useView();
  const jobs = [...fleet.jobs.values()];
  if (!loaded) return <p className="asking">Loading…</p>;
  if (jobs.length === 0) {
    return (
      <section className="empty">
        <h1>No job has run yet</h1>
        <p>A job starts when a machine calls home after its installation, or when somebody configures one again.</p>
      </section>
    );
  }
  return (
    <section className="detail">
      <h1>
        Jobs <span className="count">{jobs.length}</span>
      </h1>
      <JobRows jobs={jobs} />
    </section>
  );
}
