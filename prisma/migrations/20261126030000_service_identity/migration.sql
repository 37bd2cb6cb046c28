-- What the processes on this database must agree on. One row, written by the first process that starts.
CREATE TABLE service_identity (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- of each key in SECRET_KEY of the process that started last
  key_fingerprints text[] NOT NULL DEFAULT '{}',
  -- names a bucket in the store, whose one object proves that a process has the same store
  store_id uuid,
  updated_at timestamptz NOT NULL DEFAULT now()
);
