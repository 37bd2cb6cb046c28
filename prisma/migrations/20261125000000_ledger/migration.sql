-- The ledger: every request, every file of it, and every move either made.

CREATE TABLE users (
  id         text PRIMARY KEY,
  name       text,
  email      text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE datasets (
  id            bigserial PRIMARY KEY,
  finder        text NOT NULL,
  name          text NOT NULL,
  version       int NOT NULL DEFAULT 1,
  state         text NOT NULL DEFAULT 'lookup' CHECK (state IN ('lookup', 'ready', 'failed', 'stale')),
  outcome       text,
  reason        text,
  incomplete    boolean NOT NULL DEFAULT false,
  file_count    bigint NOT NULL DEFAULT 0,
  size          bigint NOT NULL DEFAULT 0,
  events        bigint NOT NULL DEFAULT 0,
  announced     bigint,
  lookup_token  text,
  lookup_until  timestamptz,
  lookup_tries  int NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  last_used_at  timestamptz NOT NULL DEFAULT now()
);
-- One remembered version of a name at a time: a hundred first requests make one lookup.
CREATE UNIQUE INDEX datasets_current_key ON datasets (finder, name) WHERE state IN ('lookup', 'ready');

CREATE TABLE files (
  id         bigserial PRIMARY KEY,
  dataset_id bigint NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  seq        bigint NOT NULL,
  paths      text[] NOT NULL,
  path_key   bytea NOT NULL,
  size       bigint,
  events     bigint,
  checksum   text
);
CREATE UNIQUE INDEX files_dataset_id_seq_key ON files (dataset_id, seq);
-- A finder that says a file again adds nothing; a user's own list may name one file twice (path_key carries the position there).
CREATE UNIQUE INDEX files_dataset_id_path_key_key ON files (dataset_id, path_key);

CREATE TABLE requests (
  id                        uuid PRIMARY KEY,
  number                    bigserial NOT NULL,
  owner                     text NOT NULL,
  title                     text,
  state                     text NOT NULL CHECK (state IN ('submitted', 'lookup', 'running', 'canceling', 'complete', 'failed', 'canceled')),
  round                     int NOT NULL DEFAULT 1,
  reason                    text,
  ending                    text CHECK (ending IN ('failed', 'deadline', 'stopped')),
  facts                     bigint NOT NULL DEFAULT 0,
  dataset_id                bigint NOT NULL REFERENCES datasets (id),
  did                       text,
  steps                     smallint NOT NULL,
  workers                   int,
  stop_after_failed_percent double precision,
  deadline_seconds          int,
  deadline                  timestamptz,
  incomplete                boolean NOT NULL DEFAULT false,
  idempotency_key           text,
  body_hash                 text,
  facade                    jsonb,
  created_on                date NOT NULL DEFAULT (now() AT TIME ZONE 'utc')::date,
  created_at                timestamptz NOT NULL DEFAULT now(),
  started_at                timestamptz,
  finished_at               timestamptz,
  updated_at                timestamptz NOT NULL DEFAULT now(),
  results_deleted_at        timestamptz
);
CREATE UNIQUE INDEX requests_number_key ON requests (number);
CREATE UNIQUE INDEX requests_owner_idempotency_key_key ON requests (owner, idempotency_key);
CREATE INDEX requests_created_at_id_idx ON requests (created_at, id);
CREATE INDEX requests_dataset_id_idx ON requests (dataset_id);
CREATE INDEX requests_open_idx ON requests (id) WHERE state IN ('submitted', 'lookup', 'running', 'canceling');

-- Every move of a request with the server's time, so that "exactly once" can be checked afterwards.
CREATE TABLE request_moves (
  id         bigserial PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  round      int NOT NULL,
  move       text NOT NULL,
  from_state text,
  to_state   text NOT NULL,
  reason     text,
  at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX request_moves_request_id_idx ON request_moves (request_id, id);
-- A round ends once.
CREATE UNIQUE INDEX request_moves_one_end_key ON request_moves (request_id, round) WHERE to_state IN ('complete', 'failed', 'canceled');

CREATE TABLE request_steps (
  request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  step       smallint NOT NULL,
  operation  text NOT NULL,
  settings   jsonb NOT NULL,
  registered bigint NOT NULL DEFAULT 0,
  waiting    bigint NOT NULL DEFAULT 0,
  queued     bigint NOT NULL DEFAULT 0,
  running    bigint NOT NULL DEFAULT 0,
  done       bigint NOT NULL DEFAULT 0,
  failed     bigint NOT NULL DEFAULT 0,
  canceled   bigint NOT NULL DEFAULT 0,
  passed     bigint NOT NULL DEFAULT 0,
  result_seq bigint NOT NULL DEFAULT 0,
  version    bigint NOT NULL DEFAULT 0,
  prepared_at timestamptz,
  PRIMARY KEY (request_id, step)
) WITH (fillfactor = 50);
CREATE INDEX request_steps_queued_idx ON request_steps (operation, request_id, step) WHERE queued > 0;

CREATE TABLE tasks (
  id            uuid PRIMARY KEY,
  operation     text NOT NULL,
  group_key     text,
  external_ref  text,
  state         text NOT NULL,
  settings      jsonb,
  next_check_at timestamptz,
  lease_until   timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tasks_next_check_at_idx ON tasks (operation, next_check_at);

CREATE TABLE request_files (
  request_id  uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  file_id     bigint NOT NULL,
  step        smallint NOT NULL DEFAULT 1,
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'queued', 'running', 'done', 'failed', 'canceled')),
  attempt     int NOT NULL DEFAULT 0,
  tries       smallint NOT NULL DEFAULT 0,
  task        uuid,
  worker      text,
  lease_until timestamptz,
  not_before  timestamptz,
  location    text,
  error_group text,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (request_id, file_id)
) WITH (fillfactor = 70);
CREATE INDEX request_files_open_idx ON request_files (request_id, state, step, file_id) WHERE state IN ('waiting', 'queued', 'running');
CREATE INDEX request_files_failed_idx ON request_files (request_id, error_group, file_id) WHERE state = 'failed';

-- What a failure looks like with numbers, paths and ids taken out; its count is the count of its file rows.
CREATE TABLE error_groups (
  request_id  uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  fingerprint text NOT NULL,
  class       text NOT NULL,
  message     text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (request_id, fingerprint)
);

CREATE TABLE results (
  id         bigserial PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  file_id    bigint,
  step       smallint NOT NULL,
  attempt    int NOT NULL,
  seq        bigint NOT NULL,
  name       text NOT NULL,
  size       bigint NOT NULL,
  checksum   text,
  details    jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  deleted_at timestamptz
);
-- seq is given out under the step's row lock: it grows in commit order, so a reader that goes on from the last one skips nothing.
CREATE UNIQUE INDEX results_request_id_step_seq_key ON results (request_id, step, seq);
CREATE UNIQUE INDEX results_request_id_name_key ON results (request_id, name);
CREATE INDEX results_request_id_file_id_idx ON results (request_id, file_id);

CREATE TABLE file_status (
  request_created date NOT NULL,
  request_id      uuid NOT NULL,
  file_id         bigint NOT NULL,
  step            smallint NOT NULL,
  attempt         int NOT NULL,
  status          text NOT NULL CHECK (status IN ('start', 'retry', 'success', 'failure', 'lost', 'redrive', 'cancel')),
  timestamp       timestamptz NOT NULL,
  recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  handed_out_at   timestamptz,
  round           int NOT NULL DEFAULT 1,
  pod_name        text,
  info            text,
  PRIMARY KEY (request_created, request_id, file_id, step, attempt, status)
) PARTITION BY RANGE (request_created);

-- The database's own queue (QUEUE_URL unset).
CREATE TABLE queue_messages (
  id         bigserial PRIMARY KEY,
  topic      text NOT NULL,
  body       jsonb NOT NULL,
  reason     text,
  taken_until timestamptz,
  deliveries int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX queue_messages_topic_id_idx ON queue_messages (topic, id);
