-- Work of outside services: files are gathered over requests into tasks. No code used `tasks` before.
DROP INDEX tasks_next_check_at_idx;
ALTER TABLE tasks
  DROP COLUMN settings,
  ALTER COLUMN group_key SET NOT NULL,
  ADD COLUMN note text,
  ADD COLUMN files integer NOT NULL DEFAULT 0,
  ADD COLUMN failures integer NOT NULL DEFAULT 0,
  ADD COLUMN leased_by text,
  ADD COLUMN woken boolean NOT NULL DEFAULT false;
-- A task that nobody need look at has no next_check_at: a look for due tasks costs nothing for it.
CREATE INDEX tasks_due_idx ON tasks (operation, next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX tasks_group_idx ON tasks (operation, group_key) WHERE state IN ('starting', 'running');
CREATE INDEX tasks_external_ref_idx ON tasks (operation, external_ref) WHERE external_ref IS NOT NULL;

-- What a task still owes a file. It outlives the request, and carries the file's paths and settings by then.
CREATE TABLE task_files (
  task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  request_id uuid NOT NULL,
  file_id bigint NOT NULL,
  step smallint NOT NULL,
  attempt integer NOT NULL,
  state text NOT NULL,
  replicas text[],
  settings jsonb,
  PRIMARY KEY (task_id, request_id, file_id)
);
CREATE INDEX task_files_request_id_file_id_idx ON task_files (request_id, file_id);

ALTER TABLE request_files
  ADD COLUMN task_group text,
  ADD COLUMN held_step smallint,
  ADD COLUMN went_back boolean NOT NULL DEFAULT false;
CREATE INDEX request_files_group_idx ON request_files (task_group, request_id, updated_at)
  WHERE state = 'queued' AND task_group IS NOT NULL;
-- Files that left a task otherwise than by its outcome, or left the step for which something is held.
CREATE INDEX request_files_left_task_idx ON request_files (request_id, file_id)
  WHERE (task IS NOT NULL AND state <> 'running')
    OR (held_step IS NOT NULL AND (step > held_step + 1 OR state IN ('done', 'failed', 'canceled')));

-- `finish` of an operation: once a round and step, when every file is settled.
CREATE TABLE request_finishes (
  request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
  round integer NOT NULL,
  step smallint NOT NULL,
  state text NOT NULL,
  claims integer NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz,
  reason text,
  PRIMARY KEY (request_id, round, step)
);
CREATE INDEX request_finishes_due_idx ON request_finishes (next_try_at) WHERE state = 'waiting';

ALTER TABLE file_status DROP CONSTRAINT file_status_status_check;
ALTER TABLE file_status ADD CONSTRAINT file_status_status_check CHECK (status IN
  ('start', 'retry', 'success', 'failure', 'lost', 'gone_back', 'redrive', 'cancel')) NOT VALID;
