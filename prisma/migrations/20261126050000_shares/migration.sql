-- Fair shares: who has how much work, and what an administrator allows.

-- A request with a higher priority goes before the others of the same owner.
ALTER TABLE requests ADD COLUMN priority smallint NOT NULL DEFAULT 0;

-- What the choice of the next step needs stands in its row, so that one index is in the order of the choice.
ALTER TABLE request_steps
  ADD COLUMN owner     text,
  ADD COLUMN priority  smallint NOT NULL DEFAULT 0,
  -- when a file of it was last started; at first, when it was submitted
  ADD COLUMN served_at timestamptz NOT NULL DEFAULT now();
UPDATE request_steps s SET owner = r.owner, served_at = r.created_at
FROM requests r WHERE r.id = s.request_id;

-- Filled in from the request, also where a process of the version before inserts the step.
CREATE FUNCTION fill_step_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT r.owner, r.priority INTO STRICT NEW.owner, NEW.priority
  FROM requests r WHERE r.id = NEW.request_id;
  RETURN NEW;
END $$;
CREATE TRIGGER request_steps_owner BEFORE INSERT ON request_steps
  FOR EACH ROW EXECUTE FUNCTION fill_step_owner();

ALTER TABLE request_steps ALTER COLUMN owner SET NOT NULL;
CREATE INDEX request_steps_queued_by_owner_idx ON request_steps
  (operation, owner, priority DESC, served_at, request_id, step) WHERE queued > 0;
CREATE INDEX request_steps_waiting_by_owner_idx ON request_steps
  (operation, owner, priority DESC, served_at, request_id, step) WHERE waiting > 0;
DROP INDEX request_steps_queued_idx;

-- The counters of all steps added up by operation and owner: a choice among users reads a row of
-- each, however many requests they have.
CREATE TABLE user_work (
  operation text NOT NULL,
  owner     text NOT NULL,
  waiting   bigint NOT NULL DEFAULT 0,
  queued    bigint NOT NULL DEFAULT 0,
  running   bigint NOT NULL DEFAULT 0,
  -- when a file of this owner was last started
  served_at timestamptz,
  PRIMARY KEY (operation, owner)
) WITH (fillfactor = 50);

-- Every statement that moves files changes these sums with the counters of the steps, whoever wrote
-- it. The rows are locked after all others of the statement, in the order of their keys, so that two
-- statements never wait for each other crosswise.
CREATE FUNCTION add_to_user_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO user_work AS known (operation, owner, waiting, queued, running, served_at)
  SELECT operation, owner, sum(waiting), sum(queued), sum(running),
    CASE WHEN max(served_at) > max(served_before) THEN max(served_at) END
  FROM (
    SELECT operation, owner, waiting, queued, running, served_at, NULL::timestamptz AS served_before
    FROM steps_after
    UNION ALL
    SELECT operation, owner, -waiting, -queued, -running, NULL, served_at FROM steps_before
  ) change
  GROUP BY operation, owner
  HAVING sum(waiting) <> 0 OR sum(queued) <> 0 OR sum(running) <> 0
  ORDER BY operation, owner
  ON CONFLICT (operation, owner) DO UPDATE SET
    waiting = known.waiting + excluded.waiting, queued = known.queued + excluded.queued,
    running = known.running + excluded.running,
    served_at = greatest(known.served_at, excluded.served_at);
  RETURN NULL;
END $$;
CREATE TRIGGER request_steps_user_work AFTER UPDATE ON request_steps
  REFERENCING OLD TABLE AS steps_before NEW TABLE AS steps_after
  FOR EACH STATEMENT EXECUTE FUNCTION add_to_user_work();

INSERT INTO user_work (operation, owner, waiting, queued, running)
SELECT operation, owner, sum(waiting), sum(queued), sum(running) FROM request_steps GROUP BY operation, owner
HAVING sum(waiting + queued + running) > 0;

-- Slots: files that may run at once. Null, or no row: no limit.
CREATE TABLE operation_limits (
  operation      text PRIMARY KEY,
  slots          int CHECK (slots >= 0),
  slots_per_user int CHECK (slots_per_user >= 0),
  changed_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How much of the slots a user gets beside others; no row: 1.
CREATE TABLE user_shares (
  owner      text PRIMARY KEY,
  share      double precision NOT NULL CHECK (share > 0),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
