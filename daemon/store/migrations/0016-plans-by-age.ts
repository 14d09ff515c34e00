/** Adds indexes by age, for the removal of old plans and tokens. */

export const plansByAge = `
CREATE INDEX plans_by_age ON plans (created_at);
CREATE INDEX tokens_by_end ON node_tokens (expires_at);
CREATE INDEX keys_of_plan ON plan_keys (plan_id);
`;
