-- How far a request was at a time, for the plot on its page: at most one row a minute, while it changes.
CREATE TABLE request_progress (
  request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  sampled_at timestamptz NOT NULL,
  total bigint NOT NULL,
  done bigint NOT NULL,
  failed bigint NOT NULL,
  canceled bigint NOT NULL,
  -- of the latest row: how many rows the request has
  place int NOT NULL,
  PRIMARY KEY (request_id, sampled_at)
);
