/** Adds the incident behind an alert and the nodes of the alert. Earlier alerts have neither. */

export const alertIncidents = `
ALTER TABLE alerts ADD COLUMN incident TEXT NOT NULL DEFAULT '{}';
ALTER TABLE alerts ADD COLUMN nodes TEXT NOT NULL DEFAULT '[]';
`;
