-- Bytes of `settings` as text, so that a claim knows the size of its answer without reading them.
-- NULL in rows of an earlier version.
ALTER TABLE request_steps ADD COLUMN settings_bytes int;
