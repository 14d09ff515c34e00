/** The error codes and hints of the area `jobs`. */
export const jobHints = {
  JOB_NOT_FOUND: "List the jobs with `muster jobs`.",
  JOB_IN_PROGRESS: "Wait for it, or follow it with `muster job <id> --follow`.",
  JOB_NOT_CANCELLABLE: "Only a queued or running job can be cancelled. `muster job <id>` shows its state.",
  PLAYBOOK_NOT_FOUND: "List the playbooks that can be run with `muster playbooks`. They are files with a header in the folder `playbooks`.",
  SCHEDULE_NOT_FOUND: "List the schedules with `muster schedule list`.",
  EXECUTOR_UNREACHABLE: "The job waits and is not lost. The daemon's log shows why the executor is not connected.",
} as const;
