-- What processes have seen lately, so that each of them answers "why is it waiting?" alike. None of it
-- is the truth, so it is not logged: after a crash of Postgres the tables are empty.

CREATE UNLOGGED TABLE operation_activity (
  operation text PRIMARY KEY,
  -- when a worker last asked for such work
  claimed_at timestamptz,
  -- files with workers now, over all requests
  running bigint NOT NULL DEFAULT 0
);

CREATE UNLOGGED TABLE request_pace (
  request_id uuid PRIMARY KEY,
  round int NOT NULL,
  -- finished[n] steps of files were finished at sampled_at[n]
  sampled_at timestamptz[] NOT NULL,
  finished bigint[] NOT NULL
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE worker_groups (
  group_key text PRIMARY KEY,
  request_id uuid,
  step smallint,
  operations text[] NOT NULL,
  running int NOT NULL,
  -- [{kind, sentence, count, since}]
  troubles jsonb NOT NULL
);
