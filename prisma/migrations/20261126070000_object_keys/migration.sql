-- A revocation raises the generation of a request's keys of one kind; no row is generation 0.
CREATE TABLE object_key_generations (
  request_id UUID NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('read', 'write')),
  generation INTEGER NOT NULL CHECK (generation > 0),
  revoked_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (request_id, kind)
);

ALTER TABLE users ADD COLUMN suspended_at TIMESTAMPTZ;
