-- Keys of the façade `tape`: which folders, and how many files at once.
ALTER TABLE access_keys ADD COLUMN roots text[] NOT NULL DEFAULT '{}',
  ADD COLUMN most_files int;

-- Files that the façade `tape` was asked for, one at a time. Those of a batch are one request, whose
-- idempotency key is the batch; without one they wait for others.
CREATE TABLE tape_calls (
  key text NOT NULL,                 -- id of the key; empty: the key of the setting AUTH_KEY
  globus_task text NOT NULL,
  path_hash bytea NOT NULL,          -- SHA-256: a path is longer than an index allows
  path text NOT NULL,
  owner text NOT NULL,
  library text NOT NULL,             -- empty: that of the file's first copy
  batch uuid, seq bigint,            -- position in the request's list, from 1
  problem text,                      -- why no request could be made of those that wait
  times int NOT NULL DEFAULT 1,      -- how often it was wanted, as it was evicted in between
  is_open boolean NOT NULL DEFAULT true,
  asked_at timestamptz NOT NULL DEFAULT now(),  -- or since when it is in its batch
  PRIMARY KEY (key, globus_task, path_hash));
CREATE INDEX tape_calls_waiting_idx ON tape_calls (asked_at) WHERE batch IS NULL;
CREATE INDEX tape_calls_asked_at_idx ON tape_calls (asked_at);
CREATE INDEX tape_calls_batch_idx ON tape_calls (batch);
CREATE INDEX tape_calls_open_idx ON tape_calls (key) WHERE is_open;
