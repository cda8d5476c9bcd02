-- Until when log-ins of an account are refused, as far as one was refused for it: a lock is told of once.
ALTER TABLE users ADD COLUMN locked_until BIGINT NOT NULL DEFAULT 0;

-- Whoever may take an administrator away takes this row first, so that two do not take the last two.
INSERT INTO sequences (name, value) VALUES ('admins', 0);

-- The audit log is only added to, until entries are older than what is kept. `detail` is a JSON object. Accounts are
-- named by number; addresses are apart, since they go with an account.
CREATE TABLE audit_entries (
  id         BIGINT PRIMARY KEY,
  type       TEXT COLLATE "C" NOT NULL,
  actor_id   BIGINT NOT NULL, -- 0 = nobody known
  subject_id BIGINT NOT NULL, -- whose account it is about, 0 = nobody's
  detail     TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE audit_addresses (
  entry_id BIGINT PRIMARY KEY,
  owner_id BIGINT NOT NULL, -- with whose account it goes, 0 = nobody's
  address  TEXT NOT NULL
);
INSERT INTO audit_addresses (entry_id, owner_id, address) SELECT id, actor_id, address FROM audit WHERE address <> '';
-- What older versions wrote of refused log-ins holds what somebody typed, which may be a password.
INSERT INTO audit_entries (id, type, actor_id, subject_id, detail, created_at)
  SELECT id, type, actor_id, actor_id,
         CASE WHEN detail = '' OR type IN ('authn_login_fail', 'authn_login_lock') THEN '{}'
              ELSE json_build_object('note', detail)::text END,
         created_at
  FROM audit;
DROP TABLE audit;
CREATE INDEX audit_by_time ON audit_entries (created_at, id);
CREATE INDEX audit_by_actor ON audit_entries (actor_id, created_at, id);
CREATE INDEX audit_by_subject ON audit_entries (subject_id, created_at, id);
CREATE INDEX audit_by_type ON audit_entries (type, created_at, id);
CREATE INDEX audit_addresses_of_owner ON audit_addresses (owner_id);
CREATE FUNCTION audit_is_not_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is only added to';
END
$$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_not_changed();
