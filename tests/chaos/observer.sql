-- What the test adds to the database, in a schema of its own: a record of every event that was committed, since the outbox
-- forgets what it has handed on. A trigger writes it in the same transaction.
CREATE SCHEMA observer;
CREATE TABLE observer.events (
  "partition" BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  event_id    BYTEA NOT NULL,
  type        TEXT NOT NULL,
  topic       TEXT NOT NULL,
  "key"       BIGINT NOT NULL,
  data        TEXT NOT NULL,
  at          BIGINT NOT NULL DEFAULT floor(extract(epoch FROM clock_timestamp()) * 1000) -- milliseconds
);
CREATE FUNCTION observer.record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO observer.events ("partition", id, event_id, type, topic, "key", data)
    SELECT "partition", id, event_id, type, topic, "key", data FROM fresh;
  RETURN NULL;
END $$;
CREATE TRIGGER observer AFTER INSERT ON outbox REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION observer.record();
