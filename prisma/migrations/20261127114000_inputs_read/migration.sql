-- What a worker read of the file: recorded with its success.
ALTER TABLE file_status ADD COLUMN input_size bigint, ADD COLUMN input_sha256 text;
