-- The workers that hold files of a request are read one by one, not all of its running files.
-- Claims and reports wait while it is built: one pass over the table, about a third of a second
-- for a million rows. It holds running files alone, so it stays small.
CREATE INDEX request_files_holders_idx ON request_files (request_id, worker)
  WHERE state = 'running';
