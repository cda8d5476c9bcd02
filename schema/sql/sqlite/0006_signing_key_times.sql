-- What decides from when a key signs and until when tokens of it are accepted; times in ms since 1970.
ALTER TABLE signing_keys ADD COLUMN signs_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN token_life INTEGER NOT NULL DEFAULT 0; -- ms, of tokens that servers sign
ALTER TABLE signing_keys ADD COLUMN used_until INTEGER NOT NULL DEFAULT 0; -- the end of the last token signed otherwise
-- Nobody noted the tokens that were made before; none lives longer than a week.
UPDATE signing_keys SET signs_from = created_at,
  used_until = CAST(strftime('%s', 'now') AS INTEGER) * 1000 + 7 * 86400000;
