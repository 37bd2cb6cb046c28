-- What a user says about trying again, a step; null: as the service does it.
ALTER TABLE request_steps
  ADD COLUMN retry_attempts     int,
  ADD COLUMN retry_wait_seconds double precision,
  ADD COLUMN retry_classes      text[];

-- The account of a request's last ended round, as it was signed. It stays when the request is deleted.
CREATE TABLE receipts (
  request_id uuid PRIMARY KEY,
  round      int NOT NULL,
  document   bytea NOT NULL,
  signature  bytea NOT NULL,
  key_id     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The public half of every key that signed a receipt, so that an old receipt is verified after its key was changed.
CREATE TABLE receipt_keys (
  key_id     text PRIMARY KEY,
  public_key bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
