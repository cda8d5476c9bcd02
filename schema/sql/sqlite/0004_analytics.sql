-- Where consumers of the log of events go on, in each stream of a partition.
CREATE TABLE log_positions (
  consumer    TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  stream      TEXT NOT NULL,
  next        INTEGER NOT NULL, -- the first position that is not taken yet
  PRIMARY KEY (consumer, "partition", stream)
) WITHOUT ROWID;

-- The ids of events that a consumer has taken, UUIDv7, which sort by time; old ones go. Those of a partition stand together,
-- so that a batch changes few pages; an event is always in the partition of its key.
CREATE TABLE processed_events (
  consumer    TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  event_id    BLOB NOT NULL,
  PRIMARY KEY (consumer, "partition", event_id)
) WITHOUT ROWID;

-- What was counted, by days since 1970 UTC. Each partition has rows of its own, so that nodes never write the same ones.
CREATE TABLE analytics_days (
  day         INTEGER NOT NULL,
  "partition" INTEGER NOT NULL,
  figure      INTEGER NOT NULL, -- the numbers of messages/analytics.hpp
  total       INTEGER NOT NULL,
  PRIMARY KEY (day, "partition", figure)
) WITHOUT ROWID;

CREATE TABLE analytics_rooms (
  day         INTEGER NOT NULL,
  "partition" INTEGER NOT NULL,
  room_id     INTEGER NOT NULL,
  messages    INTEGER NOT NULL,
  PRIMARY KEY (day, "partition", room_id)
) WITHOUT ROWID;

-- Who was active on a day: a user once for each partition that saw it. Deleted accounts are not among them.
CREATE TABLE analytics_users (
  day         INTEGER NOT NULL,
  "partition" INTEGER NOT NULL,
  user_id     INTEGER NOT NULL,
  PRIMARY KEY (day, "partition", user_id)
) WITHOUT ROWID;
CREATE INDEX analytics_users_by_user ON analytics_users (user_id);
