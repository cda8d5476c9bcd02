-- Times are milliseconds since 1970 UTC, UUIDs 16 bytes, yes/no 0 or 1, kinds and states the numbers of messages/values.hpp.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- The last number given for each kind of id; numbers are never given twice.
CREATE TABLE sequences (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO sequences (name, value) VALUES ('users', 0), ('rooms', 0), ('reminders', 0), ('outbox', 0), ('mail', 0),
                                           ('audit', 0);

CREATE TABLE partitions (
  id    INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  epoch INTEGER NOT NULL
);

CREATE TABLE users (
  id             INTEGER PRIMARY KEY,
  username       TEXT NOT NULL UNIQUE,
  email          TEXT UNIQUE,
  full_name      TEXT NOT NULL,
  folded_name    TEXT NOT NULL, -- full_name in lower case, for the look-up by its beginning
  password_hash  TEXT NOT NULL,
  role           INTEGER NOT NULL,
  email_verified INTEGER NOT NULL DEFAULT 0,
  disabled       INTEGER NOT NULL DEFAULT 0,
  deleted        INTEGER NOT NULL DEFAULT 0,
  locale         TEXT NOT NULL DEFAULT '',
  timezone       TEXT NOT NULL DEFAULT '',
  created_at     INTEGER NOT NULL
);

CREATE TABLE sessions (
  id                  BLOB PRIMARY KEY,
  user_id             INTEGER NOT NULL,
  generation          INTEGER NOT NULL,
  current_hash        TEXT NOT NULL,
  previous_hash       TEXT NOT NULL,
  rotated_at          INTEGER NOT NULL, -- first use of the previous generation
  cookie              INTEGER NOT NULL,
  device              TEXT NOT NULL,
  address             TEXT NOT NULL,
  created_at          INTEGER NOT NULL,
  last_used_at        INTEGER NOT NULL,
  idle_expires_at     INTEGER NOT NULL,
  absolute_expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (absolute_expires_at);

-- Sessions that ended, for as long as an access token of theirs might still be shown.
CREATE TABLE ended_sessions (
  id       BLOB PRIMARY KEY,
  user_id  INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  ended_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX ended_sessions_by_time ON ended_sessions (ended_at);

CREATE TABLE rooms (
  id               INTEGER PRIMARY KEY,
  name             TEXT NOT NULL,
  kind             INTEGER NOT NULL,
  created_by       INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  guests_may_write INTEGER NOT NULL,
  member_count     INTEGER NOT NULL,
  last_offset      INTEGER NOT NULL,
  active_at        INTEGER NOT NULL
);
CREATE INDEX public_rooms ON rooms (active_at, id) WHERE kind = 2;

CREATE TABLE members (
  room_id     INTEGER NOT NULL,
  user_id     INTEGER NOT NULL,
  role        INTEGER NOT NULL,
  added_at    INTEGER NOT NULL,
  read_offset INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) WITHOUT ROWID;
CREATE INDEX members_of_user ON members (user_id);

CREATE TABLE room_events (
  room_id    INTEGER NOT NULL,
  "offset"   INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  actor_id   INTEGER NOT NULL,
  target     INTEGER NOT NULL, -- 0 = none
  body       TEXT NOT NULL,
  client_key TEXT,
  reply_to   INTEGER NOT NULL, -- 0 = none
  sent_by    INTEGER NOT NULL, -- the admin who sent it in the actor's name, 0 = none
  created_at INTEGER NOT NULL,
  PRIMARY KEY (room_id, "offset")
) WITHOUT ROWID;
CREATE UNIQUE INDEX room_events_keys ON room_events (room_id, actor_id, client_key) WHERE client_key IS NOT NULL;

CREATE TABLE personal_events (
  user_id    INTEGER NOT NULL,
  "offset"   INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  cause      BLOB NOT NULL,
  subject    INTEGER NOT NULL,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  fired_at   INTEGER NOT NULL,
  fire_seq   INTEGER NOT NULL,
  PRIMARY KEY (user_id, "offset")
) WITHOUT ROWID;
CREATE UNIQUE INDEX personal_events_causes ON personal_events (user_id, cause);

CREATE TABLE reminders (
  id            INTEGER PRIMARY KEY,
  owner_id      INTEGER NOT NULL,
  "partition"   INTEGER NOT NULL, -- the owner's
  body          TEXT NOT NULL,
  due_at        INTEGER NOT NULL,
  next_at       INTEGER NOT NULL,
  timezone      TEXT NOT NULL,
  room_id       INTEGER NOT NULL, -- 0 = none
  state         INTEGER NOT NULL,
  fired_count   INTEGER NOT NULL,
  last_fired_at INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  email         INTEGER NOT NULL,
  version       INTEGER NOT NULL
);
CREATE INDEX reminders_of_owner ON reminders (owner_id, next_at, id);
CREATE INDEX reminders_waiting ON reminders ("partition", next_at) WHERE state IN (0, 3);
CREATE INDEX reminders_firing ON reminders ("partition", next_at) WHERE state = 1;

CREATE TABLE outbox (
  "partition" INTEGER NOT NULL,
  id          INTEGER NOT NULL,
  event_id    BLOB NOT NULL,
  type        TEXT NOT NULL,
  topic       TEXT NOT NULL,
  "key"       INTEGER NOT NULL, -- the aggregate's id
  data        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY ("partition", id)
) WITHOUT ROWID;

CREATE TABLE idempotency (
  user_id    INTEGER NOT NULL,
  route      TEXT NOT NULL,
  "key"      TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  result     INTEGER NOT NULL, -- the id of what was made
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, route, "key")
) WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (created_at);

CREATE TABLE mail (
  id         INTEGER PRIMARY KEY,
  recipient  TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE audit (
  id         INTEGER PRIMARY KEY,
  type       TEXT NOT NULL,
  actor_id   INTEGER NOT NULL, -- 0 = nobody known
  detail     TEXT NOT NULL,
  address    TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE signing_keys (
  id         TEXT PRIMARY KEY,
  algorithm  TEXT NOT NULL,
  wrapped    TEXT NOT NULL, -- under the installation's secret
  created_at INTEGER NOT NULL
);
