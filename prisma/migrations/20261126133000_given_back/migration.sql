-- Workers that gave the file back in its step, an entry for each time, and when the first did.
-- A withheld file was given back too often: it goes only to workers that are not among them.
ALTER TABLE request_files
  ADD COLUMN given_back_by text[],
  ADD COLUMN given_back_at timestamptz,
  ADD COLUMN withheld boolean NOT NULL DEFAULT false;
CREATE INDEX request_files_withheld_idx ON request_files (request_id, step, file_id)
  WHERE withheld AND state = 'waiting';

-- The partitions have the check by inheritance. Earlier rows fulfil it: they are not read again.
ALTER TABLE file_status DROP CONSTRAINT file_status_status_check;
ALTER TABLE file_status ADD CONSTRAINT file_status_status_check CHECK (status IN
  ('start', 'retry', 'success', 'failure', 'given_back', 'lost', 'gone_back', 'redrive', 'cancel'))
  NOT VALID;
