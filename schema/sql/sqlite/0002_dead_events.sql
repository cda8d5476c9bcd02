-- Events that the log refused for their own sake, until an admin replays them.
CREATE TABLE dead_events (
  event_id    BLOB PRIMARY KEY,
  "partition" INTEGER NOT NULL,
  type        TEXT NOT NULL,
  topic       TEXT NOT NULL,
  "key"       INTEGER NOT NULL, -- the aggregate's id
  data        TEXT NOT NULL,
  reason      TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  died_at     INTEGER NOT NULL
) WITHOUT ROWID;
