/** Adds whether an execution was interrupted, and finds the plans that resume an execution. */

export const interruptedExecutions = `
ALTER TABLE executions ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX plans_resuming ON plans (json_extract(proposal, '$.resume.executionId'))
  WHERE json_extract(proposal, '$.resume.executionId') IS NOT NULL;
`;
