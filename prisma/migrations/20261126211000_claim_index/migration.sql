-- A claim that is repeated reads the files that it started, and no others.
CREATE INDEX request_files_claim_idx ON request_files (claim_id)
  WHERE state = 'running' AND claim_id IS NOT NULL;
