-- The client keys of messages, apart from the log: they come here some at a time (adapters/sql/sqlite/batch_forms.hpp).
-- Those of the events after `keyed_offset` are found in the log.
CREATE TABLE message_keys (
  room_id    INTEGER NOT NULL,
  actor_id   INTEGER NOT NULL,
  client_key TEXT NOT NULL,
  "offset"   INTEGER NOT NULL,
  PRIMARY KEY (room_id, actor_id, client_key)
) WITHOUT ROWID;
INSERT INTO message_keys (room_id, actor_id, client_key, "offset")
  SELECT room_id, actor_id, client_key, "offset" FROM room_events WHERE client_key IS NOT NULL;
ALTER TABLE rooms ADD COLUMN keyed_offset INTEGER NOT NULL DEFAULT 0;
UPDATE rooms SET keyed_offset = last_offset;
DROP INDEX room_events_keys;
CREATE TRIGGER message_keys_of_deleted_rooms AFTER DELETE ON rooms BEGIN
  DELETE FROM message_keys WHERE room_id = OLD.id;
END;
