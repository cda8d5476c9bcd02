-- Events that the log refused for their own sake, until an admin replays them.
CREATE TABLE dead_events (
  event_id    BYTEA PRIMARY KEY,
  "partition" BIGINT NOT NULL,
  type        TEXT NOT NULL,
  topic       TEXT NOT NULL,
  "key"       BIGINT NOT NULL, -- the aggregate's id
  data        TEXT NOT NULL,
  reason      TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  died_at     BIGINT NOT NULL
);
