-- What was mailed to reset a password or to verify an address: hashes only, until they are used or expire.
CREATE TABLE account_tokens (
  hash       TEXT PRIMARY KEY,
  user_id    INTEGER NOT NULL,
  purpose    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX account_tokens_of_user ON account_tokens (user_id, purpose);
CREATE INDEX account_tokens_by_expiry ON account_tokens (expires_at);

-- Counts the passwords that a user had, so that a log-in by an old one opens no session once there is another.
ALTER TABLE users ADD COLUMN password_version INTEGER NOT NULL DEFAULT 0;
