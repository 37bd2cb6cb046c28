-- A digest of the input of a failure that speaks of the settings, so that files of the same bytes
-- count once where several must agree.
ALTER TABLE request_files ADD COLUMN failed_content text;
