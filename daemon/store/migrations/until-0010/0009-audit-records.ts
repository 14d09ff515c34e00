/**
 * Adds the audit records. The triggers protect the records against mistakes of Muster itself. The hashes of the
 * records prove a manipulation.
 */

export const auditRecords = `
CREATE TABLE audit (
  seq          INTEGER PRIMARY KEY,
  record       TEXT NOT NULL,
  hash         TEXT NOT NULL,
  at           TEXT GENERATED ALWAYS AS (record ->> '$.at') VIRTUAL,
  action       TEXT GENERATED ALWAYS AS (record ->> '$.action') VIRTUAL,
  person       TEXT GENERATED ALWAYS AS (record ->> '$.actor.name') VIRTUAL,
  behalf       TEXT GENERATED ALWAYS AS (record ->> '$.actor.onBehalfOf') VIRTUAL,
  execution_id TEXT GENERATED ALWAYS AS (record ->> '$.executionId') VIRTUAL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_action ON audit (action);
CREATE INDEX audit_by_person ON audit (person);
CREATE INDEX audit_by_behalf ON audit (behalf) WHERE behalf IS NOT NULL;
CREATE INDEX audit_by_execution ON audit (execution_id) WHERE execution_id IS NOT NULL;
CREATE TABLE audit_persons (digest TEXT PRIMARY KEY, salt TEXT NOT NULL, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE audit_reasons (seq INTEGER PRIMARY KEY, salt TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE audit_anchors (seq INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TRIGGER audit_only_grows_at_its_end BEFORE INSERT ON audit
  WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
  BEGIN SELECT RAISE(ABORT, 'a record of the audit is only added after the last one'); END;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'a record of the audit is never changed'); END;
CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
  WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM audit_anchors)
  BEGIN SELECT RAISE(ABORT, 'a record of the audit is only removed up to a signed anchor'); END;
CREATE TRIGGER audit_person_is_never_changed BEFORE UPDATE ON audit_persons
  BEGIN SELECT RAISE(ABORT, 'a name in the audit is erased or left as it is'); END;
CREATE TRIGGER audit_reason_is_never_changed BEFORE UPDATE ON audit_reasons
  BEGIN SELECT RAISE(ABORT, 'a reason in the audit is erased or left as it is'); END;
`;
