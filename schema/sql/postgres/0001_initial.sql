-- Times are milliseconds since 1970 UTC, UUIDs 16 bytes, yes/no 0 or 1, kinds and states the numbers of messages/values.hpp.
-- Whole numbers are all BIGINT: one statement serves this database and SQLite, which knows no other. Texts that are looked
-- up or sorted compare byte by byte, as there.

CREATE TABLE meta (
  name  TEXT COLLATE "C" PRIMARY KEY,
  value TEXT NOT NULL
);

-- The last number given for each kind of id; numbers are never given twice. Few rows, written by every batch: room on
-- their pages keeps the changes there.
CREATE TABLE sequences (
  name  TEXT COLLATE "C" PRIMARY KEY,
  value BIGINT NOT NULL
) WITH (fillfactor = 10);

INSERT INTO sequences (name, value) VALUES ('users', 0), ('rooms', 0), ('reminders', 0), ('outbox', 0), ('mail', 0),
                                           ('audit', 0);

CREATE TABLE partitions (
  id    BIGINT PRIMARY KEY,
  owner TEXT NOT NULL,
  epoch BIGINT NOT NULL
);

-- Batches that were committed, for a while: how a commit whose answer was lost is found again. Ids are UUIDv7, which
-- sort by time.
CREATE TABLE batches (
  id BYTEA PRIMARY KEY
);

CREATE TABLE users (
  id             BIGINT PRIMARY KEY,
  username       TEXT COLLATE "C" NOT NULL UNIQUE,
  email          TEXT COLLATE "C" UNIQUE,
  full_name      TEXT NOT NULL,
  folded_name    TEXT COLLATE "C" NOT NULL, -- full_name in lower case, for the look-up by its beginning
  password_hash  TEXT NOT NULL,
  role           BIGINT NOT NULL,
  email_verified BIGINT NOT NULL DEFAULT 0,
  disabled       BIGINT NOT NULL DEFAULT 0,
  deleted        BIGINT NOT NULL DEFAULT 0,
  locale         TEXT NOT NULL DEFAULT '',
  timezone       TEXT NOT NULL DEFAULT '',
  created_at     BIGINT NOT NULL
);

CREATE TABLE sessions (
  id                  BYTEA PRIMARY KEY,
  user_id             BIGINT NOT NULL,
  generation          BIGINT NOT NULL,
  current_hash        TEXT NOT NULL,
  previous_hash       TEXT NOT NULL,
  rotated_at          BIGINT NOT NULL, -- first use of the previous generation
  cookie              BIGINT NOT NULL,
  device              TEXT NOT NULL,
  address             TEXT NOT NULL,
  created_at          BIGINT NOT NULL,
  last_used_at        BIGINT NOT NULL,
  idle_expires_at     BIGINT NOT NULL,
  absolute_expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (absolute_expires_at);

-- Sessions that ended, for as long as an access token of theirs might still be shown.
CREATE TABLE ended_sessions (
  id       BYTEA PRIMARY KEY,
  user_id  BIGINT NOT NULL,
  reason   TEXT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX ended_sessions_by_time ON ended_sessions (ended_at);

CREATE TABLE rooms (
  id               BIGINT PRIMARY KEY,
  name             TEXT NOT NULL,
  kind             BIGINT NOT NULL,
  created_by       BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  guests_may_write BIGINT NOT NULL,
  member_count     BIGINT NOT NULL,
  last_offset      BIGINT NOT NULL,
  active_at        BIGINT NOT NULL
) WITH (fillfactor = 50); -- every message changes its room's row
CREATE INDEX public_rooms ON rooms (active_at, id) WHERE kind = 2;

CREATE TABLE members (
  room_id     BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  role        BIGINT NOT NULL,
  added_at    BIGINT NOT NULL,
  read_offset BIGINT NOT NULL,
  PRIMARY KEY (room_id, user_id)
);
CREATE INDEX members_of_user ON members (user_id);

CREATE TABLE room_events (
  room_id    BIGINT NOT NULL,
  "offset"   BIGINT NOT NULL,
  kind       BIGINT NOT NULL,
  actor_id   BIGINT NOT NULL,
  target     BIGINT NOT NULL, -- 0 = none
  body       TEXT NOT NULL,
  client_key TEXT COLLATE "C",
  reply_to   BIGINT NOT NULL, -- 0 = none
  sent_by    BIGINT NOT NULL, -- the admin who sent it in the actor's name, 0 = none
  created_at BIGINT NOT NULL,
  PRIMARY KEY (room_id, "offset")
);
CREATE UNIQUE INDEX room_events_keys ON room_events (room_id, actor_id, client_key) WHERE client_key IS NOT NULL;

CREATE TABLE personal_events (
  user_id    BIGINT NOT NULL,
  "offset"   BIGINT NOT NULL,
  kind       BIGINT NOT NULL,
  cause      BYTEA NOT NULL,
  subject    BIGINT NOT NULL,
  body       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  due_at     BIGINT NOT NULL,
  fired_at   BIGINT NOT NULL,
  fire_seq   BIGINT NOT NULL,
  PRIMARY KEY (user_id, "offset")
);
CREATE UNIQUE INDEX personal_events_causes ON personal_events (user_id, cause);

CREATE TABLE reminders (
  id            BIGINT PRIMARY KEY,
  owner_id      BIGINT NOT NULL,
  "partition"   BIGINT NOT NULL, -- the owner's
  body          TEXT NOT NULL,
  due_at        BIGINT NOT NULL,
  next_at       BIGINT NOT NULL,
  timezone      TEXT NOT NULL,
  room_id       BIGINT NOT NULL, -- 0 = none
  state         BIGINT NOT NULL,
  fired_count   BIGINT NOT NULL,
  last_fired_at BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  email         BIGINT NOT NULL,
  version       BIGINT NOT NULL
);
CREATE INDEX reminders_of_owner ON reminders (owner_id, next_at, id);
CREATE INDEX reminders_waiting ON reminders ("partition", next_at) WHERE state IN (0, 3);
CREATE INDEX reminders_firing ON reminders ("partition", next_at) WHERE state = 1;

-- Nearly empty while its readers keep up, and written by every message: cleaned by number of dead rows.
CREATE TABLE outbox (
  "partition" BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  event_id    BYTEA NOT NULL,
  type        TEXT NOT NULL,
  topic       TEXT NOT NULL,
  "key"       BIGINT NOT NULL, -- the aggregate's id
  data        TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY ("partition", id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE TABLE idempotency (
  user_id    BIGINT NOT NULL,
  route      TEXT COLLATE "C" NOT NULL,
  "key"      TEXT COLLATE "C" NOT NULL,
  body_hash  TEXT NOT NULL,
  result     BIGINT NOT NULL, -- the id of what was made
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, route, "key")
);
CREATE INDEX idempotency_by_time ON idempotency (created_at);

CREATE TABLE mail (
  id         BIGINT PRIMARY KEY,
  recipient  TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE audit (
  id         BIGINT PRIMARY KEY,
  type       TEXT NOT NULL,
  actor_id   BIGINT NOT NULL, -- 0 = nobody known
  detail     TEXT NOT NULL,
  address    TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE signing_keys (
  id         TEXT COLLATE "C" PRIMARY KEY,
  algorithm  TEXT NOT NULL,
  wrapped    TEXT NOT NULL, -- under the installation's secret
  created_at BIGINT NOT NULL
);
