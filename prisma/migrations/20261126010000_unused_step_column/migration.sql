-- No version of the code has read or written it.
ALTER TABLE request_steps DROP COLUMN prepared_at;
