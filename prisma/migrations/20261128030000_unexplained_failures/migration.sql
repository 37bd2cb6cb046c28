-- Failures that a container of others reported without a reason: the leader reads the log of its
-- pod, writes what it says to file_status, and deletes the row.
CREATE TABLE unexplained_failures (
  request_id uuid NOT NULL,
  file_id bigint NOT NULL,
  step smallint NOT NULL,
  attempt int NOT NULL,
  worker text NOT NULL,
  reported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (request_id, file_id, step, attempt));
CREATE INDEX unexplained_failures_reported_at_idx ON unexplained_failures (reported_at);
