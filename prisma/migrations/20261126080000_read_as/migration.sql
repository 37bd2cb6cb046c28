-- What was understood of the files of a request: files that were read alike share a row, so that a difference between them is seen
-- without a look at every file.
CREATE TABLE request_schemas (
  request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  step smallint NOT NULL,
  digest text NOT NULL,
  read_as jsonb NOT NULL,
  files bigint NOT NULL,
  examples bigint[] NOT NULL,
  PRIMARY KEY (request_id, step, digest)
);
ALTER TABLE results ADD COLUMN read_as text;

-- What a user should know of a request that goes on all the same.
CREATE TABLE request_warnings (
  request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  code text NOT NULL,
  subject text NOT NULL,
  message text NOT NULL,
  count bigint NOT NULL,
  files bigint[] NOT NULL,
  PRIMARY KEY (request_id, code, subject)
);
