/** The objects of Nomad by their keys. A list replaces all, and an event replaces one. */
import type * as z from "zod";
import type { NomadEvent } from "../nomad/streams/events.ts";
import {
  AllocationForm,
  type AllocationRow,
  allocationRow,
  DeploymentForm,
  type DeploymentRow,
  deploymentRow,
  JobForm,
  type JobRow,
  jobKey,
  jobRow,
  NodeForm,
  type NodeRow,
  nodeRow,
} from "./nomad-rows.ts";

interface Row {
  modifyIndex: number;
}

/** The rows of one kind. Events up to `index` are part of the list. */
export interface Table<R extends Row> {
  index: number;
  rows: Map<string, R>;
}

export interface NomadObjects {
  nodes: Table<NodeRow>;
  jobs: Table<JobRow>;
  allocations: Table<AllocationRow>;
  deployments: Table<DeploymentRow>;
}

/** More rows than this make the list wrong, so events of new rows wait for the next list, which keeps the newest ones. */
export const MOST_ROWS = 20_000;

export const tableOf = <R extends Row>(rows: readonly R[], index: number, keyOf: (row: R) => string): Table<R> => ({
  index,
  rows: new Map(
    [...rows]
      .sort((a, b) => a.modifyIndex - b.modifyIndex)
      .slice(-MOST_ROWS)
      .map((row) => [keyOf(row), row]),
  ),
});

/** Changes the tables in place, because a copy of thousands of rows for each event would be slow. */
export function applyEvent(objects: NomadObjects, event: NomadEvent): void {
  switch (event.Topic) {
    case "Node":
      put(objects.nodes, event, { form: NodeForm, rowOf: nodeRow, keyOf: ({ id }) => id, removal: "NodeDeregistration" });
      break;
    case "Job":
      put(objects.jobs, event, { form: JobForm, rowOf: jobRow, keyOf: ({ namespace, id }) => jobKey(namespace, id) });
      break;
    case "Allocation":
      put(objects.allocations, event, { form: AllocationForm, rowOf: allocationRow, keyOf: ({ id }) => id });
      break;
    case "Deployment":
      put(objects.deployments, event, { form: DeploymentForm, rowOf: deploymentRow, keyOf: ({ id }) => id });
      break;
  }
}

interface Kind<Form extends z.ZodType, R extends Row> {
  form: Form;
  rowOf: (parsed: z.output<Form>) => R;
  keyOf: (row: R) => string;
  /** The type of the event that removes the row. */
  removal?: string;
}

function put<Form extends z.ZodType, R extends Row>(
  table: Table<R>,
  event: NomadEvent,
  { form, rowOf, keyOf, removal }: Kind<Form, R>,
): void {
  // Nomad sends older events again after a new connection. They must not bring back what the list no longer has.
  if (event.Index <= table.index) return;
  // Some kinds of events contain no object, and some contain only a part of it. The next list shows the change.
  const parsed = form.safeParse((event.Payload as Record<string, unknown> | null | undefined)?.[event.Topic]);
  if (!parsed.success) return;
  const row = rowOf(parsed.data);
  const key = keyOf(row);
  const present = table.rows.get(key);
  if (present && present.modifyIndex > row.modifyIndex) return;
  if (removal !== undefined && event.Type === removal) table.rows.delete(key);
  else if (present || table.rows.size < MOST_ROWS) table.rows.set(key, row);
}
