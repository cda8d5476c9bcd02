-- Where consumers of the log of events go on, in each stream of a partition.
CREATE TABLE log_positions (
  consumer    TEXT COLLATE "C" NOT NULL,
  "partition" BIGINT NOT NULL,
  stream      TEXT COLLATE "C" NOT NULL,
  next        BIGINT NOT NULL, -- the first position that is not taken yet
  PRIMARY KEY (consumer, "partition", stream)
) WITH (fillfactor = 50); -- every batch changes a row

-- The ids of events that a consumer has taken, UUIDv7, which sort by time; old ones go. Those of a partition stand together,
-- so that a batch changes few pages; an event is always in the partition of its key.
CREATE TABLE processed_events (
  consumer    TEXT COLLATE "C" NOT NULL,
  "partition" BIGINT NOT NULL,
  event_id    BYTEA NOT NULL,
  PRIMARY KEY (consumer, "partition", event_id)
);

-- What was counted, by days since 1970 UTC. Each partition has rows of its own, so that nodes never write the same ones.
CREATE TABLE analytics_days (
  day         BIGINT NOT NULL,
  "partition" BIGINT NOT NULL,
  figure      BIGINT NOT NULL, -- the numbers of messages/analytics.hpp
  total       BIGINT NOT NULL,
  PRIMARY KEY (day, "partition", figure)
);

CREATE TABLE analytics_rooms (
  day         BIGINT NOT NULL,
  "partition" BIGINT NOT NULL,
  room_id     BIGINT NOT NULL,
  messages    BIGINT NOT NULL,
  PRIMARY KEY (day, "partition", room_id)
);

-- Who was active on a day: a user once for each partition that saw it. Deleted accounts are not among them.
CREATE TABLE analytics_users (
  day         BIGINT NOT NULL,
  "partition" BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  PRIMARY KEY (day, "partition", user_id)
);
CREATE INDEX analytics_users_by_user ON analytics_users (user_id);
