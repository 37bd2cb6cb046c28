-- Who does a duty that one process of all does, until when by the clock of the database, and how
-- often it has changed hands.
CREATE TABLE leaders (
  duty text PRIMARY KEY,
  holder text NOT NULL,
  term bigint NOT NULL,
  expires_at timestamptz NOT NULL
);
