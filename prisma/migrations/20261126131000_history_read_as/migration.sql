-- How a file was read by an attempt that succeeded: digests of `request_schemas`. The rows of results are deleted when
-- their objects are; the history is kept as long as the request.
ALTER TABLE file_status ADD COLUMN read_as text[];
